import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventsOf, only } from "./events.ts"
import { inProcess } from "./inProcess.ts"

const iris = fileURLToPath(new URL("../configs/iris.csv", import.meta.url))

/** What a short run on irises tells, with some settings. */
const run = (...settings: ReadonlyArray<string>) => {
  const all = ["task=table", "data.target=species", "training.steps=6", "training.batch=8", ...settings]
  const args = ["train", "--data", iris, "--json", ...all.flatMap((setting) => ["--set", setting])]
  return Effect.map(inProcess(args), ({ code, stdout, stderr }) => {
    assert.deepStrictEqual([code, stderr], [0, ""])
    return eventsOf(stdout)
  })
}

const losses = (events: ReturnType<typeof eventsOf>): ReadonlyArray<number> =>
  only(events, "step").map(({ loss }) => loss)

const optimisers = [
  ...["sgd", "averagedSgd", "adam", "adamW", "adamax", "nadam", "radam", "rmsProp", "rprop", "adagrad", "adadelta"],
  ...["lion", "lamb", "adafactor", "muon"]
]

const rates = [
  "{ kind: constant, peak: 0.01 }",
  "{ kind: step, peak: 0.01, every: 2 }",
  "{ kind: multiStep, peak: 0.01, at: [1, 5] }",
  "{ kind: exponential, peak: 0.01, factor: 0.5 }",
  "{ kind: polynomial, peak: 0.01, power: 2 }",
  "{ kind: cosine, peak: 0.01, warmup: 2 }",
  "{ kind: cosineRestarts, peak: 0.01, every: 2 }",
  "{ kind: oneCycle, peak: 0.01 }"
]

describe("a setting reaches the run:", () => {
  it.live("each optimiser, of which no two move alike", () =>
    Effect.gen(function* () {
      const runs = yield* Effect.forEach(optimisers, (kind) => run(`optimiser.kind=${kind}`, "rate.peak=0.01"))
      const ends = runs.map((events) => losses(events).at(-1))
      // Averaged SGD averages beside descent, and radam and Adam's others differ by more than rounding.
      assert.strictEqual(new Set(ends).size, optimisers.length)
    })
  )

  it.live("each rate, of which no two are alike", () =>
    Effect.gen(function* () {
      const runs = yield* Effect.forEach(rates, (rate) => run(`rate=${rate}`))
      const told = runs.map((events) =>
        only(events, "step")
          .map((step) => step.rate.toPrecision(6))
          .join()
      )
      assert.strictEqual(new Set(told).size, rates.length)
    })
  )

  it.live("a limit of gradients, by their norm and by each element", () =>
    Effect.gen(function* () {
      const [plain, norm, value] = yield* Effect.all([
        run("optimiser.kind=sgd", "rate.peak=0.5"),
        run("optimiser.kind=sgd", "rate.peak=0.5", "training.clip.norm=0.01"),
        run("optimiser.kind=sgd", "rate.peak=0.5", "training.clip.value=0.001")
      ])
      assert.strictEqual(losses(norm)[0], losses(plain)[0])
      const moved = (events: typeof plain) => Math.abs((losses(events)[5] ?? 0) - (losses(events)[0] ?? 0))
      assert.isAbove(moved(plain), 2 * moved(norm))
      assert.isAbove(moved(plain), 2 * moved(value))
      assert.notDeepEqual(losses(norm), losses(value))
    })
  )

  it.live("parts of a step, which read as much as they are", () =>
    Effect.gen(function* () {
      const events = yield* run("training.accumulate=3")
      assert.deepStrictEqual(
        only(events, "step").map(({ tokens }) => tokens),
        new Array(6).fill(24)
      )
    })
  )

  it.live("how often it is measured, and when it has become no better for too long", () =>
    Effect.gen(function* () {
      const stopped = yield* run(
        ...["training.steps=100", "training.evaluateEvery=2", "rate={ kind: constant, peak: 1e-30 }"],
        "training.earlyStopping.patience=3"
      )
      assert.deepStrictEqual(
        only(stopped, "evaluated").map(({ step, sinceBest }) => [step, sinceBest]),
        [
          [2, 0],
          [4, 1],
          [6, 2],
          [8, 3]
        ]
      )
      assert.deepInclude(only(stopped, "finished")[0], { steps: 8, reason: "patience" })
    })
  )

  it.live("steps that are skipped where they are not finite, so many one after the other", () =>
    Effect.gen(function* () {
      const endless = ["optimiser.kind=sgd", "rate={ kind: constant, peak: 1e38 }", "data.standardise=false"]
      const args = ["train", "--data", iris, "--json", "--set", "training.skips=2"]
      const set = ["task=table", "data.target=species", "training.steps=50", ...endless].flatMap((each) => [
        "--set",
        each
      ])
      const { code, stdout, stderr } = yield* inProcess([...args, ...set])
      assert.strictEqual(code, 2)
      assert.strictEqual(only(eventsOf(stdout), "skipped").length, 2)
      assert.match(stderr, /^residual: step \d+ was not taken: its loss is /)
    })
  )

  it.live("the seed, on which the order, the first parameters and what is held out depend", () =>
    Effect.gen(function* () {
      const [one, again, other] = yield* Effect.all([run("seed=1"), run("seed=1"), run("seed=2")])
      assert.deepStrictEqual(losses(one), losses(again))
      assert.notDeepEqual(losses(one), losses(other))
    })
  )
})
