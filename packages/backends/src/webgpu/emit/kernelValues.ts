import type { DType } from "@residual/core"
import type { Id } from "@residual/graph"
import type { KernelValue, Scratch, ValueAccess } from "../wgsl/kernel.ts"
import type { RegionScratch } from "./regionScratch.ts"

/** The values of a kernel while it is written: each gets a number when it is met first. */
export interface KernelValues {
  readonly read: (id: Id, dtype: DType.DType, byVectors?: boolean) => number
  readonly write: (id: Id, dtype: DType.DType, byVectors?: boolean) => number
  readonly all: () => ReadonlyArray<KernelValue>
}

/** No values yet. Those with negative ids are scratch memory; some are kept as others. */
export const kernelValues = (scratch?: RegionScratch, renamed?: ReadonlyMap<Id, Id>): KernelValues => {
  const values: Array<KernelValue> = []
  const numbers = new Map<Id, number>()
  const note = (asked: Id, dtype: DType.DType, access: "read" | "write", byVectors: boolean): number => {
    const id = renamed?.get(asked) ?? asked
    const known = numbers.get(id)
    if (known === undefined) {
      const of = id < 0 ? (scratch?.of(id) as Scratch) : id
      numbers.set(id, values.length)
      values.push({ of, dtype, access, ...(byVectors ? { byVectors } : {}) })
      return values.length - 1
    }
    const before = values[known] as KernelValue
    if ((before.byVectors ?? false) !== byVectors) throw new Error(`%${id} is read by elements and by vectors`)
    if (before.access !== access) values[known] = { ...before, access: "both" }
    return known
  }
  return {
    read: (id, dtype, byVectors = false) => note(id, dtype, "read", byVectors),
    write: (id, dtype, byVectors = false) => note(id, dtype, "write", byVectors),
    all: () => values
  }
}

/** Access to nothing, for a text that is written to find out what it needs. */
export const unwritten: ValueAccess = { load: () => "", store: () => "", word: () => "" }
