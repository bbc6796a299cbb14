import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { Device } from "./device.ts"
import type { BackendError } from "./error/backendError.ts"
import { StoreError } from "./error/storeError.ts"
import type { Memory } from "./memory.ts"
import type { Tensor } from "./tensor.ts"

/** One tensor of a Store, on its device. */
export interface Entry<Slot> {
  readonly type: TensorType.TensorType
  readonly slot: Slot
}

/** What a Store holds. All access is under its backend's lock. */
export interface HeldStore<Slot> {
  readonly entries: Map<string, Entry<Slot>>
  /** Grows with every change of the entries: what was made of them is of use as long as it stays. */
  version: number
  open: boolean
}

/** A Store that holds nothing yet. */
export const emptyStore = <Slot>(): HeldStore<Slot> => ({ entries: new Map(), version: 0, open: true })

const bytesOf = (types: ReadonlyArray<TensorType.TensorType>): number =>
  types.reduce((bytes, type) => bytes + TensorType.bytes(type), 0)

/** Puts tensors into a Store: all of them or, where anything fails, none. */
export const putAll = <Slot>(
  device: Device<Slot>,
  memory: Memory,
  held: HeldStore<Slot>,
  tensors: Readonly<Record<string, Tensor>>
): Effect.Effect<void, BackendError> =>
  Effect.suspend(() => {
    const given = Object.entries(tensors)
    for (const [name, { type }] of given) {
      const entry = held.entries.get(name)
      if (entry !== undefined && !TensorType.equals(entry.type, type))
        return Effect.fail(otherType(name, entry.type, type))
    }
    const bytes = bytesOf(given.map(([, { type }]) => type))
    const uploaded: Array<readonly [string, Entry<Slot>]> = []
    const upload = Effect.forEach(
      given,
      ([name, tensor]) =>
        Effect.map(device.upload(tensor), (slot) => {
          uploaded.push([name, { type: tensor.type, slot }])
        }),
      { discard: true }
    )
    const refused = memory.take("a store", bytes)
    if (refused !== undefined) return Effect.fail(refused)
    return upload.pipe(
      Effect.onError(() =>
        Effect.andThen(
          Effect.forEach(uploaded, ([, { slot }]) => device.release(slot), { discard: true }),
          Effect.sync(() => memory.giveBack(bytes))
        )
      ),
      Effect.andThen(
        Effect.suspend(() => {
          const before = uploaded.flatMap(([name, entry]) => setEntry(held, name, entry) ?? [])
          return Effect.andThen(
            Effect.forEach(before, ({ slot }) => device.release(slot), { discard: true }),
            Effect.sync(() => memory.giveBack(bytesOf(before.map(({ type }) => type))))
          )
        })
      )
    )
  })

/** Sets an entry of a Store, and gives the one that was there. */
export const setEntry = <Slot>(held: HeldStore<Slot>, name: string, entry: Entry<Slot>): Entry<Slot> | undefined => {
  const before = held.entries.get(name)
  held.entries.set(name, entry)
  held.version++
  return before
}

/** Lets go of everything that a Store holds. */
export const releaseAll = <Slot>(device: Device<Slot>, memory: Memory, held: HeldStore<Slot>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const entries = [...held.entries.values()]
    held.entries.clear()
    held.version++
    held.open = false
    return Effect.andThen(
      Effect.forEach(entries, ({ slot }) => device.release(slot), { discard: true }),
      Effect.sync(() => memory.giveBack(bytesOf(entries.map(({ type }) => type))))
    )
  })

/** What stands in the way of running a program on a Store, if anything. */
export const checkSlots = <Slot>(program: Program, held: HeldStore<Slot>): StoreError | undefined => {
  if (!held.open) return closed
  for (const { name, type, access } of program.slots) {
    const entry = held.entries.get(name)
    if (entry === undefined) {
      if (access !== "write") return new StoreError({ slot: name, reason: "the store has no such slot" })
    } else if (!TensorType.equals(entry.type, type)) return otherType(name, entry.type, type)
  }
  return undefined
}

/** The error of a Store whose Scope is closed. */
export const closed = new StoreError({ slot: "", reason: "its scope is closed" })

const otherType = (slot: string, held: TensorType.TensorType, given: TensorType.TensorType): StoreError =>
  new StoreError({ slot, reason: `the store holds ${TensorType.print(held)}, not ${TensorType.print(given)}` })
