import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Backend, Executable, Store } from "./backend.ts"
import type { Device } from "./device.ts"
import type { BackendError } from "./error/backendError.ts"
import { StoreError } from "./error/storeError.ts"
import { closed, emptyStore, type HeldStore, putAll, releaseAll } from "./heldStore.ts"
import { makeExecutable } from "./makeExecutable.ts"
import { makeMemory } from "./memory.ts"
import type { Tensor } from "./tensor.ts"
import { makeTurns } from "./turns.ts"

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
  const turns = makeTurns()
  const stores = new WeakMap<Store, HeldStore<Slot>>()

  const makeStore = (tensors: Readonly<Record<string, Tensor>>): Effect.Effect<Store, BackendError, Scope.Scope> =>
    Effect.gen(function* () {
      const held: HeldStore<Slot> = emptyStore()
      const fill = turns.exclusively(putAll(device, memory, held, tensors))
      yield* Effect.acquireRelease(fill, () => turns.inTurn(releaseAll(device, memory, held)))
      const store = storeOf(held)
      stores.set(store, held)
      return store
    })

  const storeOf = (held: HeldStore<Slot>): Store => {
    const opened = <A>(effect: Effect.Effect<A, BackendError>): Effect.Effect<A, BackendError> =>
      turns.exclusively(Effect.suspend(() => (held.open ? effect : Effect.fail(closed))))
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
      const loaded = yield* turns.exclusively(device.load(program))
      const { bytes = program.arenaBytes } = loaded
      if (bytes > program.arenaBytes) yield* memory.scoped("a program", bytes - program.arenaBytes)
      let isOpen = true
      yield* Effect.addFinalizer(() =>
        turns.inTurn(
          Effect.sync(() => {
            isOpen = false
          })
        )
      )
      return makeExecutable({ device, memory, turns }, stores, program, loaded, () => isOpen)
    })

  return {
    name: device.name,
    identity: { name: device.name, ...device.identity },
    limits: device.limits,
    claims: device.claims,
    load: (program) =>
      Effect.withSpan(load(program), "residual.load", { attributes: { device: device.name, hash: program.hash } }),
    makeStore,
    liveBytes: Effect.sync(memory.live)
  }
}
