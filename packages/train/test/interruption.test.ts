import { assert, layer, type Vitest } from "@effect/vitest"
import { Backend, type ProgramCache, Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, Model, op, Shape } from "@residual/core"
import { Cause, Deferred, Effect, Exit, Fiber, type Scope, Stream } from "effect"
import {
  adamW,
  type Batch,
  makeTrainer,
  orderedRows,
  type Snapshot,
  saving,
  type Trainer,
  fit as training
} from "../src/index.ts"
import { batches, columns, key, objective, points, rate } from "./points.ts"

const options = { optimiser: adamW(), key, evaluation: objective(8) }

/** What can be told of a trainer that stays as it is: what its slots hold, where its run is, what the device holds. */
const heldBy = (trainer: Trainer) =>
  Effect.gen(function* () {
    const tensors = yield* trainer.store.snapshot
    const slots = trainer.slots.map((slot) => [slot, Tensor.toArray(tensors[slot] as Tensor.Tensor)] as const)
    return { slots, state: trainer.state.current, bytes: yield* trainer.liveBytes }
  })

/** Interrupts a run in the midst of what comes after two steps, and says how its trainer is now and was after these. */
const interrupted = <E, E2>(
  trainer: Trainer,
  run: (isThere: Effect.Effect<boolean>) => Stream.Stream<unknown, E, Backend | ProgramCache>,
  interrupt: (fiber: Fiber.Fiber<void, E>) => Effect.Effect<unknown, E2> = Fiber.interrupt
) =>
  Effect.gen(function* () {
    yield* Stream.runDrain(training(trainer, { batches, rate, steps: 2, key }))
    const before = yield* heldBy(trainer)
    const reached = yield* Deferred.make<void>()
    const fiber = yield* Effect.forkChild(Stream.runDrain(run(Deferred.succeed(reached, undefined))))
    yield* Deferred.await(reached)
    yield* interrupt(fiber)
    const exit = yield* Fiber.await(fiber)
    assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
    return { before, after: yield* heldBy(trainer) }
  })

const making = makeTrainer(objective(8), options)

/** Does something with a trainer, and asserts that the device holds as much afterwards as before it was there. */
const lettingGo = <A, E>(
  within: (backend: Backend["Service"]) => Effect.Effect<A, E, Backend | ProgramCache | Scope.Scope>
) =>
  Effect.gen(function* () {
    const backend = yield* Backend
    // The programs of a trainer stay as long as their cache.
    yield* Effect.scoped(making)
    const idle = yield* backend.liveBytes
    yield* Effect.scoped(within(backend))
    assert.strictEqual(yield* backend.liveBytes, idle)
  })

/** An interruption leaves nothing on the device that was not there, whatever it came in the midst of. */
const leavesNothing = (it: Vitest.MethodsNonLive<Backend | ProgramCache>): void => {
  it.effect("of a trainer's making, after the parameter that is being drawn", () =>
    lettingGo(() =>
      Effect.gen(function* () {
        let [drawn, stop]: [number, () => void] = [0, () => {}]
        const initialiser: Model.Initialiser = (_, shape) => {
          drawn++
          stop()
          return new Float64Array(Shape.size(shape))
        }
        const one = () => Model.parameter([1], { initialiser })
        const model = Model.make({ given: one(), first: one(), second: one() }, (all, x: AnyExpr) =>
          op.mul(x, op.add(op.add(all.given, all.first), all.second))
        )
        const making = makeTrainer(
          { model, batch: { x: { dtype: "f32", shape: [1] } }, loss: (model, { x }) => op.mean(model(x as AnyExpr)) },
          { optimiser: adamW(), key, parameters: { given: Tensor.make([1]) } }
        )
        const fiber = yield* Effect.forkChild(Effect.scoped(making))
        // As a signal comes: from the event loop.
        stop = () => setImmediate(() => fiber.interruptUnsafe())
        const exit = yield* Fiber.await(fiber)
        assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
        assert.strictEqual(drawn, 1)
      })
    )
  )

  it.effect("of an evaluation", () =>
    lettingGo(() =>
      Effect.gen(function* () {
        const trainer = yield* making
        const { before, after } = yield* interrupted(trainer, (isThere) => {
          const some = Stream.take(orderedRows(points, { ...columns, batch: 8 }), 2)
          const stuck = Stream.concat(some, Stream.fromEffect(Effect.andThen(isThere, Effect.never)))
          // The step that the evaluation follows was made already.
          return training(trainer, { batches, rate, steps: 2, key, evaluation: { every: 2, batches: stuck } })
        })
        assert.deepStrictEqual(after, before)
      })
    )
  )

  it.effect("of the writing of a checkpoint, which is finished first", () =>
    lettingGo(() =>
      Effect.gen(function* () {
        const trainer = yield* making
        const goesOn = yield* Deferred.make<void>()
        const written: Array<number> = []
        const { before, after } = yield* interrupted(
          trainer,
          (isThere) => {
            const save = ({ state }: Snapshot) =>
              Effect.andThen(isThere, Deferred.await(goesOn)).pipe(
                Effect.map(() => `checkpoint ${written.push(state.step)}`)
              )
            return training(trainer, { batches, rate, steps: 5, key }).pipe(saving(trainer, { every: 1, save }))
          },
          (fiber) =>
            Effect.gen(function* () {
              const ending = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
              yield* Deferred.succeed(goesOn, undefined)
              yield* Fiber.join(ending)
            })
        )
        assert.deepStrictEqual(written, [3])
        assert.strictEqual(after.state.step, 3)
        assert.strictEqual(after.bytes, before.bytes)
      })
    )
  )

  it.effect("of a diagnosis", () =>
    lettingGo((backend) =>
      Effect.gen(function* () {
        let [loaded, onFifth]: [number, Effect.Effect<unknown>] = [0, Effect.void]
        // Programs of the run are loaded by the cache at hand; those of a diagnosis by the trainer's backend.
        const load: (typeof backend)["load"] = (program) =>
          Effect.tap(backend.load(program), () => (++loaded === 5 ? onFifth : Effect.void))
        const trainer = yield* Effect.provideService(making, Backend, { ...backend, load })
        const infinite = Tensor.make(new Float32Array(8).fill(Number.POSITIVE_INFINITY))
        const { before, after } = yield* interrupted(trainer, (isThere) => {
          onFifth = Effect.andThen(isThere, Effect.never)
          const bad = Stream.map(batches, (batch): Batch => ({ ...batch, targets: infinite }))
          return training(trainer, { batches: bad, rate, steps: 3, key })
        })
        assert.strictEqual(loaded, 5)
        assert.deepStrictEqual(after, before)
      })
    )
  )
}

layer(Reference.layer(), { excludeTestServices: true })(
  "an interruption, on the reference, in the midst",
  leavesNothing
)
layer(Cpu.layer({ threads: 1 }), { excludeTestServices: true })(
  "an interruption, on the CPU, in the midst",
  leavesNothing
)
