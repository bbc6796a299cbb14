import { TensorType } from "@residual/core"
import type { Id, Program } from "@residual/graph"
import type { Value } from "./value.ts"

/** Where values live while a program runs: the arena, the slots as they are now, and the inputs. */
export interface Memory<A> {
  /** A materialised value; throws a `PlanError` where what is there is another one. */
  readonly read: (id: Id) => Value<A>
  /** Puts a value where the plan has it, over whatever is there. */
  readonly write: (id: Id, value: Value<A>) => void
}

/**
 * A plan that does not work out: a value is read that is not there any more, or does not fit where it is put. It names
 * that value's node.
 *
 * ```ts
 * import { PlanError } from "@residual/backends/reference"
 * new PlanError(7, "does not fit into buffer 0").message // => "%7 does not fit into buffer 0"
 * ```
 */
export class PlanError extends Error {
  readonly _tag = "PlanError"
  readonly id: Id
  constructor(id: Id, reason: string) {
    super(`%${id} ${reason}`)
    this.name = "PlanError"
    this.id = id
  }
}

interface Resident<A> {
  readonly from: number
  readonly to: number
  readonly value: Value<A>
}

/**
 * The memory of one run, from the values of the program's constants, inputs and slots. Elements are not laid out in
 * bytes; but each value is known to occupy its span of the arena, and to write one is to lose every other whose span it
 * overlaps, as on a device.
 */
export const makeMemory = <A>(program: Program, leaves: ReadonlyMap<Id, Value<A>>): Memory<A> => {
  const { places, buffers, arenaBytes } = program
  const residents = new Map<Id, Resident<A>>()
  const current = new Map<string, { readonly id: Id; readonly value: Value<A> }>()
  for (const { name, reads } of program.slots) {
    if (reads !== undefined) current.set(name, { id: reads, value: leaves.get(reads) as Value<A> })
  }
  const read = (id: Id): Value<A> => {
    const place = places.get(id)
    if (place === undefined) throw new PlanError(id, "is read and has no place")
    if (place.in === "constant" || place.in === "input") return leaves.get(id) as Value<A>
    if (place.in === "slot") {
      const held = current.get(place.slot)
      if (held?.id !== id) throw new PlanError(id, `is read from slot "${place.slot}", which holds %${held?.id}`)
      return held.value
    }
    const resident = residents.get(id)
    if (resident === undefined) throw new PlanError(id, `is read from buffer ${place.buffer}, which does not hold it`)
    return resident.value
  }
  const write = (id: Id, value: Value<A>): void => {
    const place = places.get(id)
    if (place === undefined || place.in === "input" || place.in === "constant") {
      throw new PlanError(id, "is written and has no place of its own")
    }
    if (place.in === "slot") {
      current.set(place.slot, { id, value })
      return
    }
    const buffer = buffers[place.buffer]
    if (buffer === undefined) throw new PlanError(id, `is put into buffer ${place.buffer}, which there is not`)
    const from = buffer.offset
    const to = from + TensorType.bytes(value.type)
    if (to > from + buffer.bytes || to > arenaBytes) throw new PlanError(id, `does not fit into buffer ${place.buffer}`)
    for (const [other, resident] of residents) {
      if (resident.from < to && from < resident.to) residents.delete(other)
    }
    residents.set(id, { from, to, value })
  }
  return { read, write }
}
