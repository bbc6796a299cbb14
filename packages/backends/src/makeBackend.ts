import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Backend, Executable, RunOptions, Store } from "./backend.ts"
import { checkIndices, indexUses } from "./checkIndices.ts"
import { checkInputs, checkOutputs } from "./checkInputs.ts"
import type { Device, Step, StepResult } from "./device.ts"
import type { BackendError } from "./error/backendError.ts"
import type { DeviceLost } from "./error/deviceLost.ts"
import { ExecutionError } from "./error/executionError.ts"
import { StoreError } from "./error/storeError.ts"
import { checkSlots, closed, type HeldStore, putAll, releaseAll } from "./heldStore.ts"
import { makeMemory } from "./memory.ts"
import type { Tensor } from "./tensor.ts"

/**
 * The Backend service of a device: one operation at a time, each all or nothing, with inputs, indices, outputs and slots
 * checked before it starts, and every byte accounted for. Once the device is lost, everything on it fails with that
 * `DeviceLost`.
 *
 * ```ts
 * import { makeBackend } from "@residual/backends"
 * import { referenceDevice } from "@residual/backends/reference"
 * makeBackend(referenceDevice({ mode: "exact" })).name // => "reference"
 * ```
 */
export const makeBackend = <Slot>(device: Device<Slot>): Backend["Service"] => {
  const memory = makeMemory(device.name, device.limits.bytes)
  const lock = Semaphore.makeUnsafe(1)
  const stores = new WeakMap<Store, HeldStore<Slot>>()
  let lost: DeviceLost | undefined

  /** Waits for its turn, which may be interrupted, and then runs to its end. */
  const exclusively = <A, R>(effect: Effect.Effect<A, BackendError, R>): Effect.Effect<A, BackendError, R> =>
    Effect.suspend(() => (lost === undefined ? effect : Effect.fail(lost))).pipe(
      Effect.tapErrorTag("DeviceLost", (error) =>
        Effect.sync(() => {
          lost = error
        })
      ),
      Effect.uninterruptible,
      lock.withPermit
    )

  const makeStore = (tensors: Readonly<Record<string, Tensor>>): Effect.Effect<Store, BackendError, Scope.Scope> =>
    Effect.gen(function* () {
      const held: HeldStore<Slot> = { entries: new Map(), open: true }
      const fill = exclusively(putAll(device, memory, held, tensors))
      yield* Effect.acquireRelease(fill, () => lock.withPermit(releaseAll(device, memory, held)))
      const store = storeOf(held)
      stores.set(store, held)
      return store
    })

  const storeOf = (held: HeldStore<Slot>): Store => {
    const opened = <A>(effect: Effect.Effect<A, BackendError>): Effect.Effect<A, BackendError> =>
      exclusively(Effect.suspend(() => (held.open ? effect : Effect.fail(closed))))
    const read = (slot: string): Effect.Effect<Tensor, BackendError> =>
      Effect.suspend(() => {
        const entry = held.entries.get(slot)
        if (entry === undefined) return Effect.fail(new StoreError({ slot, reason: "the store has no such slot" }))
        return device.download(entry.slot)
      })
    return {
      types: opened(Effect.sync(() => Object.fromEntries([...held.entries].map(([name, { type }]) => [name, type])))),
      read: (slot) => opened(read(slot)),
      replace: (tensors) => opened(putAll(device, memory, held, tensors)),
      snapshot: opened(
        Effect.suspend(() =>
          Effect.map(
            Effect.forEach(held.entries.keys(), (name) => Effect.map(read(name), (tensor) => [name, tensor] as const)),
            Object.fromEntries<Tensor>
          )
        )
      )
    }
  }

  const load = (program: Program): Effect.Effect<Executable, BackendError, Scope.Scope> =>
    Effect.gen(function* () {
      yield* memory.scoped("a program", program.arenaBytes)
      const step = yield* exclusively(device.load(program))
      const uses = indexUses(program.graph)
      const attributes = { device: device.name, hash: program.hash }
      const loaded = { isOpen: true }
      yield* Effect.addFinalizer(() =>
        lock.withPermit(
          Effect.sync(() => {
            loaded.isOpen = false
          })
        )
      )
      const executable = (held: HeldStore<Slot> | undefined): Executable => ({
        program,
        bind: (store) =>
          Effect.suspend(() => {
            const other = stores.get(store)
            if (other === undefined) {
              return Effect.fail(new StoreError({ slot: "", reason: `it was not made by this ${device.name} backend` }))
            }
            const check = Effect.suspend(() => {
              const problem = checkSlots(program, other)
              return problem === undefined ? Effect.succeed(executable(other)) : Effect.fail(problem)
            })
            return exclusively(check)
          }),
        run: (inputs = {}, options = {}) =>
          Effect.suspend(() => {
            const outputs = asked(program, options)
            const problem = checkInputs(program, inputs) ?? checkOutputs(program, outputs) ?? checkIndices(uses, inputs)
            if (problem !== undefined) return Effect.fail(problem)
            return exclusively(
              Effect.suspend(() =>
                loaded.isOpen ? transaction(program, step, held, inputs, outputs) : Effect.fail(unloaded(device.name))
              )
            )
          }).pipe(Effect.withSpan("residual.run", { attributes }))
      })
      return executable(undefined)
    })

  const transaction = (
    program: Program,
    step: (step: Step<Slot>) => Effect.Effect<StepResult<Slot>, BackendError>,
    held: HeldStore<Slot> | undefined,
    inputs: Readonly<Record<string, Tensor>>,
    outputs: ReadonlyArray<string>
  ): Effect.Effect<Readonly<Record<string, Tensor>>, BackendError> =>
    Effect.gen(function* () {
      const problem = held === undefined ? unbound(program) : checkSlots(program, held)
      if (problem !== undefined) return yield* Effect.fail(problem)
      const entries = held?.entries ?? new Map()
      const slots = new Map([...entries].map(([name, { slot }]) => [name, slot] as const))
      const { passing, added } = bytesOfRun(program, slots, outputs)
      yield* memory.take("a run", passing + added)
      const result = yield* Effect.onExit(step({ inputs, slots, outputs }), (exit) =>
        memory.giveBack(exit._tag === "Success" ? passing : passing + added)
      )
      for (const { name, type } of program.slots) {
        const slot = result.slots.get(name)
        if (slot === undefined) continue
        const before = entries.get(name)?.slot
        entries.set(name, { type, slot })
        if (before !== undefined && before !== slot) yield* device.release(before)
      }
      return result.outputs
    })

  return {
    name: device.name,
    limits: device.limits,
    claims: device.claims,
    load: (program) =>
      Effect.withSpan(load(program), "residual.load", { attributes: { device: device.name, hash: program.hash } }),
    makeStore,
    liveBytes: memory.live
  }
}

const asked = (program: Program, { outputs = "all" }: RunOptions): ReadonlyArray<string> =>
  outputs === "all" ? program.outputs.map(({ name }) => name) : outputs

const unbound = ({ slots }: Program): StoreError | undefined => {
  const [first] = slots
  return first && new StoreError({ slot: first.name, reason: "the program has slots and is not bound to a store" })
}

const unloaded = (device: string): ExecutionError =>
  new ExecutionError({ device, op: "program", operands: [], reason: "its scope is closed" })

/** Bytes that a run takes while it lasts (inputs, outputs, next values beside the old ones), and those it adds for good. */
const bytesOfRun = (
  program: Program,
  slots: ReadonlyMap<string, unknown>,
  outputs: ReadonlyArray<string>
): { readonly passing: number; readonly added: number } => {
  let [passing, added] = [0, 0]
  for (const { type } of program.inputs) passing += TensorType.bytes(type)
  for (const { name, id } of program.outputs) {
    const type = program.graph.nodes[id]?.types[0]
    if (outputs.includes(name) && type !== undefined) passing += TensorType.bytes(type)
  }
  for (const { name, type, updates, inPlace } of program.slots) {
    if (updates === undefined) continue
    if (!slots.has(name)) added += TensorType.bytes(type)
    else if (!inPlace) passing += TensorType.bytes(type)
  }
  return { passing, added }
}
