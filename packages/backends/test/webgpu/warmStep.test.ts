import { assert, describe, it } from "@effect/vitest"
import { input, op, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { compile, makeStore, run, Tensor } from "../../src/index.ts"
import { batch, beginning, descent } from "./descent.ts"
import { arraysOf, onWatched, until } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"
import type { Watched } from "./watchedDevice.ts"

const [x, w] = [input("x", [2]), slot("w", [2])]
const step = { outputs: { y: op.mul(w, x) }, updates: { w: op.add(w, x) } }
const ones = { x: Tensor.make([1, 1]) }

const bound = Effect.gen(function* () {
  const store = yield* makeStore({ w: Tensor.make([1, 2]) })
  return { store, executable: yield* (yield* compile(step)).bind(store) }
})

/** What is asked of a device while something is done. */
const asked = <A, E, R>({ counts }: Watched, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = counts()
    yield* effect
    const after = counts()
    return Object.fromEntries(
      Object.entries(after).flatMap(([name, count]) => {
        const more = count - before[name as keyof typeof before]
        return more === 0 ? [] : [[name, more]]
      })
    )
  })

/** Keeps what is mapped from arriving until it is told to. */
const holdBack = ({ faults }: Watched): (() => void) => {
  let arrive: () => void = () => undefined
  faults.mapping = new Promise<void>((resolve) => {
    arrive = resolve
  })
  return arrive
}

const untilSubmitted = ({ counts }: Watched, submits: number) => until(() => counts().submits >= submits)

const onlySubmits = { submits: 1 }

describe.runIf(hasAdapter)("a warm step", () => {
  it.live("is one submission, for which nothing is made", () =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          const store = yield* makeStore(beginning)
          const executable = yield* (yield* compile(descent())).bind(store)
          yield* executable.run(batch(0))
          assert.deepStrictEqual(yield* asked(watched, executable.run(batch(1))), onlySubmits)
          assert.deepStrictEqual(yield* asked(watched, executable.run(batch(2), { outputs: [] })), onlySubmits)
          yield* executable.profile(batch(3))
          assert.deepStrictEqual(yield* asked(watched, executable.profile(batch(4))), onlySubmits)
          assert.deepStrictEqual(yield* asked(watched, executable.run(batch(5))), onlySubmits)
          assert.strictEqual(Tensor.toNumber(yield* store.read("count")), 6)
        }),
      { features: ["timestamp-query"] }
    )
  )

  it.live("is one on each of several Stores that take turns", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const executable = yield* compile(step)
        const stores = yield* Effect.forEach([1, 2, 3], (at) => makeStore({ w: Tensor.make([at, at]) }))
        const each = yield* Effect.forEach(stores, (store) => executable.bind(store))
        for (const one of each) yield* one.run(ones)
        for (const one of each) assert.deepStrictEqual(yield* asked(watched, one.run(ones)), onlySubmits)
        const held = yield* Effect.forEach(stores, (store) => store.read("w"))
        assert.deepStrictEqual(held.map(Tensor.toArray), [
          [3, 3],
          [4, 4],
          [5, 5]
        ])
      })
    )
  )

  it.live("comes soon after a Store has changed, and programs share the kernels that they have in common", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { store, executable } = yield* bound
        yield* executable.run(ones)
        yield* store.replace({ w: Tensor.make([5, 6]) })
        const { pipelines, modules } = yield* asked(watched, executable.run(ones))
        assert.deepStrictEqual([pipelines, modules], [undefined, undefined])
        assert.deepStrictEqual(yield* asked(watched, executable.run(ones)), onlySubmits)
        assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [7, 8])

        yield* run(op.exp(input("x", [1000])), { x: new Float32Array(1000) })
        const same = op.exp(input("other", [1000]))
        const { pipelines: others } = yield* asked(watched, run(same, { other: new Float32Array(1000) }))
        assert.isUndefined(others)
      })
    )
  )
})

describe.runIf(hasAdapter)("a run", () => {
  it.live("is submitted before the outputs of the one before have arrived", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { store, executable } = yield* bound
        const arrive = holdBack(watched)
        const first = yield* Effect.forkChild(executable.run(ones))
        yield* untilSubmitted(watched, 1)
        const second = yield* Effect.forkChild(executable.run(ones))
        yield* untilSubmitted(watched, 2)
        assert.deepStrictEqual(watched.events, ["submit", "submit"])
        arrive()
        assert.deepStrictEqual(arraysOf(yield* Fiber.join(first)), { y: [1, 2] })
        assert.deepStrictEqual(arraysOf(yield* Fiber.join(second)), { y: [2, 3] })
        assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [3, 4])
      })
    )
  )

  it.live("of which no outputs are asked for waits for nothing", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { store, executable } = yield* bound
        const arrive = holdBack(watched)
        for (let at = 0; at < 3; at++) yield* executable.run(ones, { outputs: [] })
        assert.deepStrictEqual(watched.events, ["submit", "submit", "submit"])
        assert.notInclude(watched.labels(), "residual read-back")
        arrive()
        assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [4, 5])
      })
    )
  )

  it.live("that is interrupted while its outputs are on their way counts, and loses nothing", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { store, executable } = yield* bound
        const arrive = holdBack(watched)
        const running = yield* Effect.forkChild(executable.run(ones))
        yield* untilSubmitted(watched, 1)
        yield* Fiber.interrupt(running)
        assert.deepStrictEqual(watched.events, ["submit"])
        arrive()
        assert.deepStrictEqual(arraysOf(yield* executable.run(ones)), { y: [2, 3] })
        assert.deepStrictEqual(arraysOf(yield* executable.run(ones)), { y: [3, 4] })
        assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [4, 5])
        // What the interrupted run was read by is of use again.
        assert.isAtMost(watched.labels().filter((label) => label === "residual read-back").length, 2)
      })
    )
  )
})
