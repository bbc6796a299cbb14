import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inProcess } from "./inProcess.ts"
import { residual } from "./process.ts"

const folder = mkdtempSync(join(tmpdir(), "residual-train-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, contents: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, contents)
  return path
}

const sentence = "the quick brown fox jumps over the lazy dog. "
const text = file("text.txt", sentence.repeat(20))
const small = {
  text,
  layers: 1,
  heads: 2,
  width: 8,
  context: 8,
  batch: 2,
  steps: 30,
  rate: 0.01,
  sample: 20
}

type Flags = Readonly<Record<string, string | number>>

const argumentsOf = (flags: Flags): ReadonlyArray<string> => [
  "train",
  ...Object.entries({ ...small, ...flags }).flatMap(([name, value]) => [`--${name}`, String(value)])
]

const train = (flags: Flags = {}, switches: ReadonlyArray<string> = [], onOutput?: Parameters<typeof residual>[1]) =>
  residual([...argumentsOf(flags), ...switches], onOutput)

describe("residual train", () => {
  it("shows the loss fall, and ends with generated text", async () => {
    const { code, stdout, stderr } = await train()
    assert.deepStrictEqual([code, stderr], [0, ""])
    const losses = [
      ...stdout.matchAll(/^step +(\d+)\/30 {2}loss (\d\.\d{4}) {2}rate \S+ {2}\d+ tokens\/s {2}\d+:\d\d left$/gm)
    ]
    assert.deepStrictEqual([losses[0]?.[1], losses.at(-1)?.[1]], ["1", "30"])
    assert.isBelow(Number(losses.at(-1)?.[2]), Number(losses[0]?.[2]) - 0.3)
    const [, generated] = /finished after 30 steps, loss \d\.\d{4}\n\n([\s\S]*)\n$/.exec(stdout) ?? []
    assert.isTrue(generated?.startsWith(sentence.slice(0, 8)))
    assert.strictEqual(generated?.length, 28)
  })

  it("prints one event a line as JSON, the same for the same seed", async () => {
    const runs = await Promise.all([
      train({ seed: 3 }, ["--json"]),
      train({ seed: 3 }, ["--json"]),
      train({}, ["--json"])
    ])
    const [first, second, other] = runs.map(({ stdout }) =>
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => {
          const { seconds: _, ...event } = JSON.parse(line)
          return event
        })
    )
    assert.deepStrictEqual(
      runs.map(({ code, stderr }) => [code, stderr]),
      [
        [0, ""],
        [0, ""],
        [0, ""]
      ]
    )
    assert.deepStrictEqual(
      first?.map(({ event }) => event),
      ["started", ...new Array(30).fill("step"), "finished", "generated"]
    )
    assert.deepInclude(first?.[1], { event: "step", step: 1, tokens: 16 })
    assert.deepStrictEqual(first, second)
    assert.notStrictEqual(first?.[1].loss, other?.[1].loss)
  })

  it.live.each([
    ["cpu", 1],
    ["cpu", 2],
    ["reference", 1]
  ] as const)("learns on %s with %i threads what it learns on the others", ([backend, threads]) =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess([...argumentsOf({ backend, threads, sample: 0 }), "--json"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      const events = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
      const losses = events.filter(({ event }) => event === "step").map(({ loss }) => loss)
      assert.strictEqual(losses.length, 30)
      // What the reference measured; other backends round to 32 bits, and their rounding errors add up over the steps.
      assert.closeTo(losses[0], 3.324585, 1e-5)
      assert.closeTo(losses.at(-1), 2.771786, 1e-4)
    })
  )

  it("stops between two steps at an interrupt, says where, and exits with 130", async () => {
    let sent = false
    const { code, stdout, stderr } = await train({ steps: 100_000 }, ["--json"], (seen, signal) => {
      if (!sent && seen.includes('"step":3,')) {
        sent = true
        signal("SIGINT")
      }
    })
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    const steps = events.filter(({ event }) => event === "step")
    assert.deepStrictEqual([code, stderr], [130, ""])
    assert.deepStrictEqual(events.at(-1), {
      event: "interrupted",
      step: steps.length,
      loss: steps.at(-1).loss,
      saved: null
    })
  })

  it("says so in words where it is not JSON", async () => {
    let sent = false
    const { code, stdout } = await train({ steps: 100_000 }, [], (seen, signal) => {
      if (!sent && /^step /m.test(seen)) {
        sent = true
        signal("SIGTERM")
      }
    })
    assert.strictEqual(code, 143)
    assert.match(stdout, /\nstopped after step \d+ of 100000, loss \d\.\d{4}\nnothing of it is saved: .*\n$/)
  })

  const wrong: ReadonlyArray<readonly [name: string, flags: Flags, code: number, message: RegExp]> = [
    [
      "no steps",
      { steps: 0 },
      1,
      /^residual: .* --steps: "0"\. Expected a value greater than 0 \(see residual train --help\)$/
    ],
    ["half a layer", { layers: 1.5 }, 1, /^residual: .* --layers: "1\.5"\. Expected an integer/],
    [
      "heads that do not divide the width",
      { heads: 3 },
      1,
      /^residual: --heads: model.heads: 3 heads do not divide a width of 8$/
    ],
    [
      "a backend that there is none of",
      { backend: "abacus" },
      1,
      /^residual: .* --backend: "abacus"\. Expected: "cpu" \| "reference"/
    ],
    ["no threads", { threads: 0 }, 1, /^residual: .* --threads: "0"\. Expected a value between 1 and 256/],
    ["what is no number", { batch: "x" }, 1, /^residual: .* --batch: "x"\. Expected a number \(see/],
    [
      "a number that cannot be told from the next",
      { seed: "99999999999999999999" },
      1,
      /--seed: .*\. Expected an integer from -9007199254740991 to 9007199254740991 \(see/
    ],
    ["half a thread", { threads: 1.5 }, 1, /^residual: .* --threads: "1\.5"\. Expected an integer/],
    [
      "threads of a backend that has one",
      { backend: "reference", threads: 2 },
      1,
      /^residual: --threads: backend.threads: 2: the reference backend runs on one thread$/
    ],
    ["a flag that there is none of", { stepz: 3 }, 1, /^residual: Unrecognized flag: --stepz .* --steps/],
    [
      "a file that there is none of",
      { text: join(folder, "none") },
      2,
      /none: cannot read it: there is no such file or folder$/
    ],
    ["a folder", { text: folder }, 2, /: cannot read it: /],
    ["an empty text", { text: file("empty", "") }, 2, /empty: it is empty$/],
    [
      "bytes that are no text",
      { text: file("bytes", Uint8Array.of(0xff, 0)) },
      2,
      /bytes, line 1, byte 0: it is not UTF-8 here$/
    ],
    [
      "a text shorter than the context",
      { text: file("short", "12345678") },
      2,
      /short: the text has 8 characters, a context of 8 needs at least 9$/
    ]
  ]
  it.effect.each(wrong)("refuses %s in one line", ([, flags, code, message]) =>
    Effect.gen(function* () {
      const ended = yield* inProcess(argumentsOf(flags))
      assert.deepStrictEqual([ended.code, ended.stdout], [code, ""])
      assert.match(ended.stderr.trimEnd(), message)
      assert.strictEqual(ended.stderr.split("\n").length, 2)
    })
  )

  it.live("refuses a prompt that it will not be able to go on from before the first step", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* inProcess([...argumentsOf({}), "--set", "generate.prompt=THE"])
      assert.deepStrictEqual([code, stdout], [2, ""])
      assert.strictEqual(stderr, 'residual: the prompt, character 1: "T" is not in the vocabulary\n')
    })
  )

  it("says on stderr what it refuses, and exits with 1 for usage and 2 for failures", async () => {
    const [usage, failure] = await Promise.all([train({ steps: 0 }), train({ rate: 1e200 })])
    assert.deepStrictEqual([usage.code, failure.code], [1, 2])
    assert.strictEqual(usage.stdout, "")
    assert.match(usage.stderr, /^residual: [^\n]+\n$/)
    assert.match(failure.stderr, /^residual: step \d+ was not taken: its loss is [^\n]+\n$/)
  })
})
