import {
  Backend,
  type BackendError,
  type Executable,
  makeStore,
  ProgramCache,
  type Store,
  Tensor
} from "@residual/backends"
import { constant, input, op, slot } from "@residual/core"
import type { Computation } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { Tensors } from "../inputs.ts"
import { type BackendLaw, plainLaw } from "./backendLaw.ts"

const x = input("x", [2])
const [weight, state] = [slot("weight", [2]), slot("state", [2])]

type Environment = Backend | ProgramCache | Scope.Scope

/** A law about a Store that holds some tensors; it says what is wrong, if anything. */
const storeLaw = (
  name: string,
  held: Tensors,
  check: (store: Store) => Effect.Effect<string | undefined, BackendError, Environment>
): BackendLaw =>
  plainLaw(
    name,
    Effect.flatMap(makeStore(held), check).pipe(Effect.scoped, Effect.provide(ProgramCache.layer, { local: true }))
  )

const loaded = (computation: Computation): Effect.Effect<Executable, BackendError, ProgramCache> =>
  Effect.flatMap(ProgramCache, (cache) => cache.executable(computation))

const bound = (computation: Computation, store: Store): Effect.Effect<Executable, BackendError, ProgramCache> =>
  Effect.flatMap(loaded(computation), (executable) => executable.bind(store))

/** What a Store holds that is not as expected. */
const heldDefect = (
  store: Store,
  expected: Readonly<Record<string, Tensor.Numbers>>
): Effect.Effect<string | undefined, BackendError> =>
  Effect.map(store.snapshot, (found) => {
    const wrong = Object.entries(expected).find(
      ([name, values]) => JSON.stringify(found[name] && Tensor.toArray(found[name])) !== JSON.stringify(values)
    )
    if (wrong === undefined) return undefined
    const [name, values] = wrong
    const held = found[name]
    return `slot "${name}" holds ${held === undefined ? "nothing" : JSON.stringify(Tensor.toArray(held))}, not ${JSON.stringify(values)}`
  })

const outputDefect = (
  outputs: Readonly<Record<string, Tensor.Tensor>>,
  expected: Readonly<Record<string, Tensor.Numbers>>
): string | undefined => {
  const shown = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, Tensor.toArray(tensor)]))
  const [found, wanted] = [JSON.stringify(sorted(shown)), JSON.stringify(sorted(expected))]
  return found === wanted ? undefined : `the outputs are ${found}, not ${wanted}`
}

const sorted = (record: Readonly<Record<string, unknown>>): ReadonlyArray<unknown> => Object.entries(record).sort()

const first = (...defects: ReadonlyArray<string | undefined>): string | undefined =>
  defects.find((defect) => defect !== undefined)

const both = { weight: Tensor.make([1, 2]), state: Tensor.make([10, 20]) }

/** Runs an effect that must fail, and says so where it does not, or not so. */
const mustFail = <A, R>(
  effect: Effect.Effect<A, BackendError, R>,
  tag: BackendError["_tag"]
): Effect.Effect<string | undefined, never, R> =>
  Effect.map(Effect.exit(effect), (exit) => {
    if (Exit.isSuccess(exit)) return `it succeeds, where a ${tag} is due`
    const failure = exit.cause.reasons.find((reason) => reason._tag === "Fail")
    return failure?.error._tag === tag ? undefined : `it fails with ${String(exit.cause)}, where a ${tag} is due`
  })

/** What Stores and the programs bound to them do. */
export const storeLaws: ReadonlyArray<BackendLaw> = [
  storeLaw("a run reads slots, and its updates are there for the next one", both, (store) =>
    Effect.gen(function* () {
      const step = yield* bound({ outputs: { y: op.mul(weight, x) }, updates: { weight: op.add(weight, x) } }, store)
      const once = yield* step.run({ x: Tensor.make([3, 4]) })
      const twice = yield* step.run({ x: Tensor.make([1, 1]) })
      return first(
        outputDefect(once, { y: [3, 8] }),
        outputDefect(twice, { y: [4, 6] }),
        yield* heldDefect(store, { weight: [5, 7], state: [10, 20] })
      )
    })
  ),
  storeLaw("slots change places, whatever the order in which they are written", both, (store) =>
    Effect.gen(function* () {
      const swap = yield* bound({ outputs: { old: weight }, updates: { weight: state, state: weight } }, store)
      const outputs = yield* swap.run()
      return first(
        outputDefect(outputs, { old: [1, 2] }),
        yield* heldDefect(store, { weight: [10, 20], state: [1, 2] })
      )
    })
  ),
  storeLaw("an update over its own slot is computed from the old value, however often it is read", both, (store) =>
    Effect.gen(function* () {
      const total = op.sum(weight)
      const step = yield* bound(
        {
          outputs: { before: op.neg(weight) },
          updates: {
            weight: op.add(op.mul(weight, total), op.flip(weight)),
            state: op.add(op.mul(weight, op.max(weight)), state)
          }
        },
        store
      )
      const outputs = yield* step.run()
      return first(
        outputDefect(outputs, { before: [-1, -2] }),
        yield* heldDefect(store, { weight: [5, 7], state: [12, 24] })
      )
    })
  ),
  storeLaw(
    "part of a slot is replaced in place",
    {
      cache: Tensor.make([
        [1, 2],
        [3, 4],
        [5, 6]
      ])
    },
    (store) =>
      Effect.gen(function* () {
        const [cache, row, at] = [slot("cache", [3, 2]), input("row", [1, 2]), input("at", [], { dtype: "i32" })]
        const start = op.concat([op.reshape(at, [1]), constant([0], { dtype: "i32" })])
        const next = op.dynamicUpdateSlice(cache, row, start)
        const append = yield* bound({ outputs: { sum: op.sum(next) }, updates: { cache: next } }, store)
        const outputs = yield* append.run({ row: Tensor.make([[7, 8]]), at: Tensor.make(1, { dtype: "i32" }) })
        return first(
          outputDefect(outputs, { sum: 29 }),
          yield* heldDefect(store, {
            cache: [
              [1, 2],
              [7, 8],
              [5, 6]
            ]
          })
        )
      })
  ),
  storeLaw("several programs share a Store, and a slot that is only written is added", both, (store) =>
    Effect.gen(function* () {
      const write = yield* bound({ outputs: {}, updates: { fresh: op.mul(weight, 2) } }, store)
      yield* write.run()
      const read = yield* bound({ outputs: { y: op.add(slot("fresh", [2]), weight) } }, store)
      yield* store.replace({ weight: Tensor.make([5, 5]) })
      return outputDefect(yield* read.run(), { y: [7, 9] })
    })
  ),
  storeLaw("a snapshot stays as it was", both, (store) =>
    Effect.gen(function* () {
      const before = yield* store.snapshot
      const step = yield* bound({ outputs: {}, updates: { weight: op.add(weight, 1) } }, store)
      yield* step.run()
      return first(
        outputDefect({ weight: before["weight"] as Tensor.Tensor }, { weight: [1, 2] }),
        yield* heldDefect(store, { weight: [2, 3] })
      )
    })
  ),
  storeLaw("only the outputs asked for come back, and the updates happen all the same", both, (store) =>
    Effect.gen(function* () {
      const step = yield* bound(
        { outputs: { y: op.neg(weight), z: op.sum(state) }, updates: { weight: op.add(weight, 1) } },
        store
      )
      const some = yield* step.run({}, { outputs: ["z"] })
      const none = yield* step.run({}, { outputs: [] })
      return first(outputDefect(some, { z: 30 }), outputDefect(none, {}), yield* heldDefect(store, { weight: [3, 4] }))
    })
  ),
  storeLaw("a run that is refused changes nothing", both, (store) =>
    Effect.gen(function* () {
      const at = input("at", [2], { dtype: "i32" })
      const step = yield* bound(
        { outputs: { y: op.gather(weight, at) }, updates: { weight: op.add(weight, x) } },
        store
      )
      const good = { x: Tensor.make([1, 1]), at: Tensor.make([0, 1], { dtype: "i32" }) }
      const defects = [
        yield* mustFail(step.run({ ...good, at: Tensor.make([0, 2], { dtype: "i32" }) }), "IndexError"),
        yield* mustFail(step.run({ ...good, x: Tensor.make([1, 2, 3]) }), "InputError"),
        yield* mustFail(step.run({ at: good.at }), "InputError"),
        yield* mustFail(step.run(good, { outputs: ["z"] }), "OutputError"),
        yield* mustFail(store.replace({ state: Tensor.make([0, 0]), weight: Tensor.make([1]) }), "StoreError"),
        yield* mustFail(store.read("nothing"), "StoreError"),
        yield* mustFail(bound({ outputs: { y: op.neg(slot("nothing", [2])) } }, store), "StoreError")
      ]
      return first(...defects, yield* heldDefect(store, { weight: [1, 2], state: [10, 20] }))
    })
  ),
  storeLaw("the second composition of a computation compiles nothing", both, (store) =>
    Effect.gen(function* () {
      const compose = (): Computation => ({ outputs: { y: op.tanh(op.mul(slot("weight", [2]), input("x", [2]))) } })
      const cache = yield* ProgramCache
      for (const values of [
        [1, 2],
        [3, 4]
      ])
        yield* (yield* bound(compose(), store)).run({ x: Tensor.make(values) })
      const compilations = yield* cache.compilations
      return compilations === 1 ? undefined : `it is compiled ${compilations} times`
    })
  ),
  plainLaw(
    "every byte is given back when its scope ends, after success, failure and interruption",
    Effect.gen(function* () {
      const backend = yield* Backend
      const before = yield* backend.liveBytes
      const at = input("at", [2], { dtype: "i32" })
      const work = (indices: ReadonlyArray<number>) =>
        Effect.gen(function* () {
          const store = yield* makeStore(both)
          const step = yield* bound(
            { outputs: { y: op.gather(weight, at) }, updates: { weight: op.add(weight, 1) } },
            store
          )
          yield* step.run({ at: Tensor.make(indices, { dtype: "i32" }) })
        }).pipe(Effect.scoped, Effect.provide(ProgramCache.layer, { local: true }))
      yield* work([0, 1])
      yield* Effect.exit(work([0, 9]))
      const fiber = yield* Effect.forkChild(Effect.andThen(work([0, 1]), Effect.never), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      const after = yield* backend.liveBytes
      return after === before ? undefined : `${after - before} bytes stay live`
    })
  )
]
