import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type Data, loadProgram, type Mode, type Results, runGraph } from "@residual/backends/reference"
import { numberArithmetic } from "@residual/core"
import {
  type Claims,
  compile,
  type Graph,
  lower,
  order,
  parse,
  parseProgram,
  print,
  printProgram,
  raise,
  separate,
  simplify,
  structuralHash,
  transcribe,
  verify
} from "@residual/graph"
import fc from "fast-check"
import { Arbitrary, printTensor, type RandomComputation } from "../src/index.ts"

const long = process.env["RESIDUAL_LONG"] === "1"
const modes: ReadonlyArray<Mode> = ["exact", "rounded"]

const right = <A>(
  either: { readonly _tag: "Right"; readonly right: A } | { readonly _tag: "Left"; readonly left: Error }
): A => {
  if (either._tag === "Left") throw either.left
  return either.right
}

const dataOf = (tensors: RandomComputation["inputs"]): Readonly<Record<string, Data<number>>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)]))

/** Every output and update in words, so that NaN and the sign of zero tell. */
const printed = ({ outputs, updates }: Results<number>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [outputs, updates].flatMap((values, kind) =>
      Object.entries(values).map(([name, { type, data }]) => [
        `${kind === 0 ? "output" : "update"} ${name}`,
        printTensor(Tensor.adopt(type, data as Tensor.Elements))
      ])
    )
  )

const results = (graph: Graph, { inputs, slots }: RandomComputation, mode: Mode) =>
  printed(runGraph(graph, { ...dataOf(inputs), ...dataOf(slots) }, numberArithmetic, mode))

const lowered = ({ computation }: RandomComputation, claims: Claims = new Set()): Graph =>
  right(lower(computation, claims))

const holds = (name: string, law: (subject: RandomComputation) => void): void =>
  it(name, () => fc.assert(fc.property(Arbitrary.computation(), law), { numRuns: long ? 10_000 : 400 }))

describe.each([
  ["simplify", simplify],
  ["separate", separate],
  ["order", order],
  ["parse after print", (graph: Graph) => right(parse(print(graph)))]
] as const)("%s", (_, pass) => {
  holds("preserves every output and update to the bit", (subject) => {
    const before = lowered(subject, subject.claims)
    const after = pass(before)
    right(verify(after))
    for (const mode of modes) assert.deepStrictEqual(results(after, subject, mode), results(before, subject, mode))
  })
})

describe("lower", () => {
  holds("means the same whatever is claimed", (subject) => {
    const [inlined, claimed] = [lowered(subject), lowered(subject, subject.claims)]
    right(verify(inlined))
    right(verify(claimed))
    assert.deepStrictEqual(results(claimed, subject, "exact"), results(inlined, subject, "exact"))
  })
})

describe("simplify", () => {
  holds("finds nothing to do the second time", (subject) => {
    const once = simplify(lowered(subject))
    assert.strictEqual(print(order(simplify(once))), print(order(once)))
  })
})

describe("compile", () => {
  holds("gives a program that computes what the expressions mean to the bit, in its regions and buffers", (subject) => {
    const graph = lowered(subject, subject.claims)
    const program = right(compile(subject.computation, { claims: subject.claims }))
    for (const mode of modes) {
      const run = loadProgram(program, numberArithmetic, mode)
      const expected = results(graph, subject, mode)
      assert.deepStrictEqual(printed(run(dataOf(subject.inputs), dataOf(subject.slots))), expected)
      assert.deepStrictEqual(printed(run(dataOf(subject.inputs), dataOf(subject.slots))), expected)
    }
  })

  holds("gives the same program every time", (subject) => {
    const [first, second] = [0, 1].map(() => right(compile(subject.computation, { claims: subject.claims })))
    assert.deepStrictEqual(first, second)
    assert.strictEqual(structuralHash(lowered(subject)), structuralHash(lowered(subject)))
  })

  holds("gives a program that prints, and is the same when it is parsed", (subject) => {
    const program = right(compile(subject.computation, { claims: subject.claims }))
    const read = right(parseProgram(printProgram(program)))
    assert.strictEqual(printProgram(read), printProgram(program))
    const run = (one: typeof program) =>
      printed(loadProgram(one, numberArithmetic, "rounded")(dataOf(subject.inputs), dataOf(subject.slots)))
    assert.deepStrictEqual(run(read), run(program))
  })
})

describe("transcribe and raise", () => {
  holds("give the expressions back, and mean what they mean", (subject) => {
    const transcribed = right(verify(transcribe(subject.computation)))
    const raised = raise(transcribed)
    assert.strictEqual(print(transcribe(raised)), print(transcribed))
    const [before, after] = [lowered(subject), right(lower(raised, new Set()))]
    assert.deepStrictEqual(results(after, subject, "rounded"), results(before, subject, "rounded"))
  })
})
