import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { opCaseNames, resultTolerances } from "@residual/testing"
import { encodeSafetensors } from "@residual/train"
import { Effect } from "effect"
import { opTolerance } from "../src/check/opTolerance.ts"
import { inProcess } from "./inProcess.ts"
import { fixture, residual } from "./process.ts"

const folder = mkdtempSync(join(tmpdir(), "residual-check-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const events = (stdout: string): ReadonlyArray<Record<string, unknown>> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

const one = (value: number) => ({ shape: [], dtype: "f64", data: [value] })
const opCase = (op: string, input: number, output: number, gradient: number) =>
  JSON.stringify({
    case: `${op}-0`,
    op,
    attrs: {},
    inputs: [one(input)],
    residual: one(1),
    output: one(output),
    grads: [one(gradient)]
  })

const cases = (name: string, ...lines: ReadonlyArray<string>): string => {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join("\n")}\n`)
  return path
}

describe("residual check ops", () => {
  it("passes every recorded case", async () => {
    const { code, stdout, stderr } = await residual(["check", "ops", fixture("ops.jsonl"), "--backend", "reference"])
    assert.deepStrictEqual([code, stderr], [0, ""])
    const lines = stdout.trimEnd().split("\n")
    assert.strictEqual(lines.at(-1), "210 passed, 0 failed")
    for (const line of lines.slice(0, -1)) assert.match(line, /^\w+ +worst error \d\.\de[+-]\d+ {2}\d+ passed$/)
  })

  it.live.each([
    ["cpu", "f32"],
    ["cpu", "f64"],
    ["reference", "f32"]
  ])("passes them on %s in %s", ([backend, dtype]) =>
    Effect.gen(function* () {
      const chosen = ["--backend", backend as string, "--dtype", dtype as string]
      const { code, stdout } = yield* inProcess(["check", "ops", fixture("ops.jsonl"), ...chosen])
      assert.deepStrictEqual([code, stdout.split("\n").at(-2)], [0, "210 passed, 0 failed"])
    })
  )

  it.effect(
    "computes on cpu in 32 bits, and allows each op what backends are allowed of it, unless told otherwise",
    () =>
      Effect.gen(function* () {
        const near = 2 ** -23
        const path = cases(
          "near.jsonl",
          opCase("exp", 0, 1 + 7 * near, 1),
          opCase("exp", 0, 1 + 9 * near, 1),
          opCase("neg", 2, -2, -1 - 60 * near),
          opCase("neg", 2, -2, -1 - 70 * near),
          opCase("geluTanh", 0, 30 * near, 0.5)
        )
        const { stdout } = yield* inProcess(["check", "ops", path, "--json"])
        const [exp, neg, gelu] = events(stdout)
        assert.deepInclude(exp, { group: "exp", passed: 1, failed: 1 })
        assert.deepInclude(neg, { group: "neg", passed: 1, failed: 1 })
        assert.deepInclude(gelu, { group: "geluTanh", passed: 1, failed: 0 })
        const strict = yield* Effect.all(
          [
            ["--dtype", "f64"],
            ["--backend", "reference"]
          ].map((flags) => inProcess(["check", "ops", path, "--json", ...flags]))
        )
        for (const { stdout } of strict) {
          assert.deepInclude(events(stdout).at(-1), { passed: 0, failed: 5 })
        }
      })
  )

  it.effect("has a tolerance for every op that can be recorded", () =>
    Effect.sync(() => {
      const unknown = opTolerance("warp", "f32").values
      const others = opCaseNames.filter((name) => !Object.hasOwn(resultTolerances, name))
      for (const name of others) assert.isAbove(opTolerance(name, "f32").values, unknown, name)
    })
  )

  it.effect("fails for a wrong value, a wrong residual, an unknown op, and a line that is no case", () =>
    Effect.gen(function* () {
      const path = cases(
        "wrong.jsonl",
        opCase("neg", 2, -2, -1),
        opCase("neg", 2, -2, -1.1),
        opCase("exp", 0, 1 + 3e-9, 1),
        opCase("warp", 0, 1, 1),
        "{"
      )
      const { code, stdout } = yield* inProcess(["check", "ops", path, "--json", "--dtype", "f64"])
      assert.strictEqual(code, 1)
      const [neg, exp, warp, malformed, finished] = events(stdout)
      assert.deepInclude(neg, { event: "checked", group: "neg", passed: 1, failed: 1 })
      assert.deepInclude(exp, { event: "checked", group: "exp", passed: 0, failed: 1 })
      assert.deepInclude(warp, { group: "warp", failed: 1 })
      assert.include(JSON.stringify(warp), 'no op is called \\"warp\\"')
      assert.deepInclude(malformed, { group: "malformed", failed: 1 })
      assert.deepStrictEqual(finished, { event: "finished", passed: 1, failed: 4 })
    })
  )

  it.effect("ends with the counts where cases fail", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* inProcess(["check", "ops", cases("one.jsonl", opCase("neg", 2, 2, -1))])
      assert.strictEqual(code, 1)
      assert.strictEqual(stdout.trimEnd().split("\n").at(-1), "0 passed, 1 failed")
    })
  )

  it.effect("refuses a file without cases, and one that is not there", () =>
    Effect.gen(function* () {
      const ended = yield* Effect.all(
        [cases("empty.jsonl"), join(folder, "none")].map((path) => inProcess(["check", "ops", path]))
      )
      assert.deepStrictEqual(
        ended.map(({ code }) => code),
        [2, 2]
      )
      assert.match(ended[0]?.stderr as string, /empty\.jsonl: it has no cases\n$/)
      assert.match(ended[1]?.stderr as string, /none: cannot read the cases: there is no such file or folder\n$/)
    })
  )
})

describe("residual check training", () => {
  /** Copies the recorded run under another prefix, with something about it changed. */
  const copy = (name: string, change: (run: { steps: Array<Record<string, number>> }) => void): string => {
    const prefix = join(folder, name)
    for (const part of ["init.safetensors", "final.safetensors"]) cpSync(fixture(`gpt.${part}`), `${prefix}.${part}`)
    const run = JSON.parse(readFileSync(fixture("gpt.json"), "utf8"))
    change(run)
    writeFileSync(`${prefix}.json`, JSON.stringify(run))
    return prefix
  }

  it.effect("passes a recorded run: every loss and gradient norm, and the parameters it ends with", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess(["check", "training", fixture("gpt"), "--backend", "reference"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /^loss +worst error \d\.\de-1\d {2}40 passed$/m)
      assert.match(stdout, /^gradient norm +worst error \d\.\de-1\d {2}40 passed$/m)
      assert.match(stdout, /^parameters +worst error \d\.\de-1\d {2}28 passed$/m)
      assert.isTrue(stdout.endsWith("\n148 passed, 0 failed\n"))
    })
  )

  it.live.each([
    ["f32", [], -8],
    ["f64", ["--dtype", "f64"], -13],
    ["f64 on two threads", ["--dtype", "f64", "--threads", "2"], -13]
  ] as const)("passes it on cpu in %s", ([, flags, exponent]) =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess(["check", "training", fixture("gpt"), ...flags])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const [, worst] = /^loss +worst error (\S+) {2}40 passed$/m.exec(stdout) ?? []
      // Within a hundred times what was measured, and far within what is allowed.
      assert.isBelow(Number(worst), 10 ** (exponent + 2))
      assert.isTrue(stdout.endsWith("\n148 passed, 0 failed\n"))
    })
  )

  it.effect("refuses threads for the reference, and other numbers of them than there may be", () =>
    Effect.gen(function* () {
      const ended = yield* Effect.all(
        [
          ["--backend", "reference", "--threads", "2"],
          ["--threads", "0"],
          ["--dtype", "f16"]
        ].map((flags) => inProcess(["check", "training", fixture("gpt"), ...flags]))
      )
      assert.deepStrictEqual(
        ended.map(({ code, stdout }) => [code, stdout]),
        [
          [1, ""],
          [1, ""],
          [1, ""]
        ]
      )
      assert.match(ended[0]?.stderr as string, /^residual: --threads 2: the reference backend runs on one thread\n$/)
      assert.match(ended[1]?.stderr as string, /^residual: .*--threads: "0"\. .*\n$/)
      assert.match(ended[2]?.stderr as string, /^residual: .*--dtype: "f16"\. .*\n$/)
    })
  )

  it.live("fails for a loss that is a little off, and for parameters of another length of run", () =>
    Effect.gen(function* () {
      const loss = copy("loss", ({ steps }) => {
        for (const step of steps.slice(3, 5)) step["loss"] = (step["loss"] as number) * (1 + 2e-9)
      })
      const shorter = copy("shorter", ({ steps }) => steps.splice(1))
      const [first, second] = yield* Effect.all(
        [loss, shorter].map((prefix) => inProcess(["check", "training", prefix, "--json", "--dtype", "f64"]))
      )
      assert.deepStrictEqual([first?.code, second?.code], [1, 1])
      assert.deepStrictEqual(events(first?.stdout as string).at(-1), { event: "finished", passed: 146, failed: 2 })
      assert.deepInclude(events(second?.stdout as string)[0], { group: "loss", passed: 1, failed: 0 })
      assert.deepInclude(events(second?.stdout as string)[3], { group: "parameters", passed: 0, failed: 28 })
    })
  )

  it.live("fails for parameters that the record does not hold", () =>
    Effect.gen(function* () {
      const bare = copy("bare", ({ steps }) => steps.splice(1))
      writeFileSync(`${bare}.final.safetensors`, encodeSafetensors({ tensors: {}, metadata: {} }))
      const { code, stdout } = yield* inProcess(["check", "training", bare])
      assert.strictEqual(code, 1)
      assert.match(stdout, /^parameters .* 28 failed {2}\(\S+: no such tensor was recorded\)$/m)
    })
  )

  it.effect("refuses files that are missing, or are no recorded run", () =>
    Effect.gen(function* () {
      const other = copy("other", (run) => Object.assign(run, { config: { layers: "two" } }))
      const cut = copy("cut", () => {})
      writeFileSync(`${cut}.init.safetensors`, readFileSync(fixture("gpt.init.safetensors")).subarray(0, 9000))
      const ended = yield* Effect.all(
        [join(folder, "none"), other, cut].map((prefix) => inProcess(["check", "training", prefix]))
      )
      assert.deepStrictEqual(
        ended.map(({ code }) => code),
        [2, 2, 2]
      )
      assert.match(
        ended[0]?.stderr as string,
        /^residual: .*none\.json: cannot read it: there is no such file or folder\n$/
      )
      assert.match(ended[1]?.stderr as string, /^residual: .*other\.json: not a recorded run: .*\["config"\].*\n$/)
      assert.match(
        ended[2]?.stderr as string,
        /^residual: .*cut\.init\.safetensors, byte 9000: the file ends inside .*\n$/
      )
    })
  )
})
