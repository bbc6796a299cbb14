import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { decodeOpCase, decodeOpCases, opCaseNames, runOpCase } from "../src/index.ts"

const tensor = (values: ReadonlyArray<number>, dtype = "f64") => ({ shape: [values.length], dtype, data: values })

const line = (contents: object): string =>
  JSON.stringify({
    case: "neg-0",
    op: "neg",
    attrs: {},
    inputs: [tensor([1, 2])],
    residual: tensor([3, 4]),
    output: tensor([-1, -2]),
    grads: [tensor([-3, -4])],
    ...contents
  })

const failure = (text: string) =>
  Result.getOrThrow(Result.flip(Result.flatMap(decodeOpCase(7, text), (one) => runOpCase(one))))

describe.each([
  ["cases from PyTorch", "ops.jsonl", 210, 1e-9],
  ["cases in other shapes and with other attributes, from numpy", "ops.varied.jsonl", 253, 1e-12]
] as const)("%s", (_, file, count, tolerance) => {
  const cases = decodeOpCases(readFileSync(new URL(`../fixtures/${file}`, import.meta.url), "utf8"))

  it(`are ${count}`, () => {
    assert.strictEqual(cases.length, count)
  })

  it.each(
    cases.map((decoded, at) => [Result.isSuccess(decoded) ? decoded.success.case : `line ${at + 1}`, decoded] as const)
  )("%s", (_, decoded) => {
    const errors = Result.getOrThrow(Result.flatMap(decoded, (one) => runOpCase(one)))
    assert.isAtMost(errors.worst, tolerance)
  })
})

describe("runOpCase", () => {
  it("measures |a - b| / max(1, |b|) of the output and of each residual", () => {
    const wrong = line({ output: tensor([-1.5, -2]), grads: [tensor([-3, -8])] })
    const { values, worst } = Result.getOrThrow(Result.flatMap(decodeOpCase(1, wrong), (one) => runOpCase(one)))
    assert.deepStrictEqual(values, [
      { name: "output", error: 0.5 / 1.5 },
      { name: "residual of input 0", error: 0.5 }
    ])
    assert.strictEqual(worst, 0.5)
  })

  it("finds a NaN that is not expected infinitely far off, and takes one that is", () => {
    const root = line({ op: "sqrt", inputs: [tensor([-1, 1])], residual: tensor([1, 1]) })
    const expected = { output: tensor([0, 1]), grads: [tensor([0, 0.5])] }
    const bad = Result.getOrThrow(
      Result.flatMap(decodeOpCase(1, JSON.stringify({ ...JSON.parse(root), ...expected })), (one) => runOpCase(one))
    )
    assert.strictEqual(bad.worst, Number.POSITIVE_INFINITY)
    const spelled = JSON.stringify({ ...JSON.parse(root), ...expected }).replaceAll('"data":[0,', '"data":[NaN,')
    const good = Result.getOrThrow(Result.flatMap(decodeOpCase(1, spelled), (one) => runOpCase(one)))
    assert.strictEqual(good.worst, 0)
  })

  it("names the op that no row has", () => {
    const error = failure(line({ op: "cholesky" }))
    assert.strictEqual(error._tag, "UnknownOp")
    assert.strictEqual(error.message, 'line 7: neg-0: no op is called "cholesky"')
    assert.isFalse(opCaseNames.includes("cholesky"))
    assert.strictEqual(failure(line({ op: "toString" }))._tag, "UnknownOp")
  })

  it("says which part of a line is wrong", () => {
    assert.match(failure("{").message, /^line 7: no JSON: /)
    assert.strictEqual(failure(line({ attrs: null }))._tag, "MalformedCase")
    assert.match(
      failure(line({ inputs: [{ shape: [3], dtype: "f64", data: [1, 2] }] })).message,
      /Expected 3 elements, not 2/
    )
    assert.match(failure(line({ grads: [] })).message, /Expected a gradient or null for each of 1 inputs, not 0/)
    assert.match(failure(line({ inputs: [tensor([2 ** 31], "i64")] })).message, /2147483647/)
  })

  it("refuses attributes that the row does not read, instead of leaving them out", () => {
    const error = failure(line({ attrs: { slope: 1 } }))
    assert.strictEqual(error._tag, "RefusedCase")
    assert.match(error.message, /^line 7: neg-0: its attributes are wrong: .*slope/)
    assert.match(failure(line({ op: "softmax", attrs: { axis: "last" } })).message, /axis/)
  })

  it("refuses what the op refuses, and outputs of another shape", () => {
    assert.match(failure(line({ op: "softmax", attrs: { axis: 3 } })).message, /softmax\(f64\[2\]\): expected an axis/)
    assert.match(failure(line({ op: "sum", attrs: {} })).message, /its output is f64\[\], the case expects f64\[2\]/)
    assert.match(
      failure(line({ residual: tensor([3]) })).message,
      /its incoming residual is f64\[1\], its output f64\[2\]/
    )
    assert.match(failure(line({ inputs: [], grads: [] })).message, /it takes 1 inputs, not 0/)
  })
})
