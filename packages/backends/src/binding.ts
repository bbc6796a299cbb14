import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import type { Step } from "./device.ts"
import { StoreError } from "./error/storeError.ts"
import { checkSlots, emptyStore, type HeldStore, setEntry } from "./heldStore.ts"

/** A program's step on the slots of a Store. */
export interface Bound<Result> {
  readonly step: Step<Result>
  /** Bytes of next values that are not computed in place, beside the old ones. */
  readonly passing: number
  /** Bytes of slots that a run adds to the Store. */
  readonly added: number
}

/** A program together with the Store that it runs on. */
export interface Binding<Slot, Result> {
  /** The step on the Store as it is now, prepared again only where that has changed; or what is wrong with the Store. */
  readonly current: () => Bound<Result> | StoreError
  /** Takes over the next holders of slots, and gives those that are held no longer. */
  readonly commit: (slots: ReadonlyMap<string, Slot>) => ReadonlyArray<Slot>
}

/** Binds a program to a Store, or to none. */
export const makeBinding = <Slot, Result>(
  program: Program,
  store: HeldStore<Slot> | undefined,
  bind: (slots: ReadonlyMap<string, Slot>) => Step<Result>
): Binding<Slot, Result> => {
  const held = store ?? emptyStore<Slot>()
  let version = Number.NaN
  let bound: Bound<Result> | undefined

  const prepare = (): Bound<Result> | StoreError => {
    const problem = store === undefined ? unbound(program) : checkSlots(program, held)
    if (problem !== undefined) return problem
    const { passing, added } = bytesOfUpdates(program, held)
    const slots = new Map([...held.entries].map(([name, { slot }]) => [name, slot] as const))
    bound = { step: bind(slots), passing, added }
    version = held.version
    return bound
  }

  return {
    current: () => (bound !== undefined && version === held.version ? bound : prepare()),
    commit: (slots) => {
      if (slots.size === 0) return none
      const replaced: Array<Slot> = []
      for (const { name, type } of program.slots) {
        const slot = slots.get(name)
        if (slot === undefined || held.entries.get(name)?.slot === slot) continue
        const before = setEntry(held, name, { type, slot })
        if (before !== undefined) replaced.push(before.slot)
      }
      return replaced
    }
  }
}

const none: ReadonlyArray<never> = []

const unbound = ({ slots }: Program): StoreError | undefined => {
  const [first] = slots
  return first && new StoreError({ slot: first.name, reason: "the program has slots and is not bound to a store" })
}

const bytesOfUpdates = (
  { slots }: Program,
  { entries }: HeldStore<unknown>
): { readonly passing: number; readonly added: number } => {
  let [passing, added] = [0, 0]
  for (const { name, type, updates, inPlace } of slots) {
    if (updates === undefined) continue
    if (!entries.has(name)) added += TensorType.bytes(type)
    else if (!inPlace) passing += TensorType.bytes(type)
  }
  return { passing, added }
}
