import { type DType, Shape, TensorType } from "@residual/core"
import type { Id, Node, Program } from "@residual/graph"
import { lines } from "../lines.ts"

/** Where a value lies while a program runs: in its block of memory, so many bytes from the start, or in a slot. */
export type Address = { readonly in: "block"; readonly offset: number } | { readonly in: "slot"; readonly slot: number }

/** An extent of the block that is written before a run, or read after it. */
export interface Extent {
  readonly offset: number
  readonly type: TensorType.TensorType
}

/** A program's block of memory: its arena, and behind it constants, inputs, and what each thread has for itself. */
export interface MemoryPlan {
  readonly bytes: number
  readonly addressOf: (id: Id) => Address
  readonly bytesOf: (id: Id) => number
  readonly inputs: ReadonlyMap<string, Extent>
  readonly constants: ReadonlyArray<Extent & { readonly values: ReadonlyArray<number> }>
  readonly slots: ReadonlyArray<string>
  /** Where threads' scratch memory starts, and how much each has. */
  readonly scratch: { readonly offset: number; readonly bytes: number }
  /** Where the program finds the addresses of its block and of its slots. */
  readonly frame: number
}

/** Lays out a program's block. `extra` are values that its plan does not know of. */
export const memoryPlan = (
  program: Program,
  extra: ReadonlyArray<Id>,
  scratchBytes: number,
  threads: number
): MemoryPlan => {
  let end = lines(program.arenaBytes)
  const take = (bytes: number): number => {
    const offset = end
    end += lines(bytes)
    return offset
  }
  const typeOf = (id: Id): TensorType.TensorType => (program.graph.nodes[id] as Node).types[0] as TensorType.TensorType
  const slots = program.slots.map(({ name }) => name)
  const numbers = new Map(slots.map((name, at) => [name, at]))
  const addresses = new Map<Id, Address>()
  const constants: Array<Extent & { readonly values: ReadonlyArray<number> }> = []
  const inputs = new Map<string, Extent>()
  for (const { name, type, id } of program.inputs) {
    const offset = take(TensorType.bytes(type))
    inputs.set(name, { offset, type })
    addresses.set(id, { in: "block", offset })
  }
  for (const id of extra) addresses.set(id, { in: "block", offset: take(TensorType.bytes(typeOf(id))) })
  for (const [id, place] of program.places) {
    if (place.in === "arena") {
      addresses.set(id, { in: "block", offset: program.buffers[place.buffer]?.offset as number })
    } else if (place.in === "slot") {
      addresses.set(id, { in: "slot", slot: numbers.get(place.slot) as number })
    } else if (place.in === "constant") {
      const type = typeOf(id)
      const offset = take(TensorType.bytes(type))
      addresses.set(id, { in: "block", offset })
      constants.push({
        offset,
        type,
        values: (program.graph.nodes[id] as Node).attrs["values"] as ReadonlyArray<number>
      })
    }
  }
  const each = lines(scratchBytes)
  const scratch = { offset: take(each * threads), bytes: each }
  const frame = take(4 * (1 + slots.length))
  return {
    bytes: end,
    addressOf: (id) => {
      const address = addresses.get(id)
      if (address === undefined) throw new Error(`%${id} has no place`)
      return address
    },
    bytesOf: (id) => TensorType.bytes(typeOf(id)),
    inputs,
    constants,
    slots,
    scratch,
    frame
  }
}

/** The elements of a constant, as many as its type has. */
export const constantElements = (
  type: { readonly dtype: DType.DType; readonly shape: Shape.Shape },
  values: ReadonlyArray<number>
): ReadonlyArray<number> => (values.length === 1 ? new Array(Shape.size(type.shape)).fill(values[0]) : values)
