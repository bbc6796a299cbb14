import type { DType } from "@residual/core"
import { bare } from "../wgsl/bare.ts"
import { scalarText } from "../wgsl/scalar.ts"

/** How the numbers of a reduction are joined. */
export interface Joining {
  /** What nothing gives. */
  readonly start: string
  readonly join: (a: string, b: string) => string
}

/** A reduction's way of joining numbers; the functions that it calls are noted. */
export const joiningOf = (op: string, dtype: DType.DType, functions: Set<string>): Joining => {
  if (op === "sum") return { start: scalarText(dtype, 0), join: (a, b) => `${a} + ${b}` }
  if (op !== "max") throw new Error(`"${op}" is no reduction`)
  if (dtype === "f32") {
    functions.add("maximum_f32").add("infinity_f32")
    return { start: "-infinity_f32()", join: (a, b) => `maximum_f32(${bare(a)}, ${bare(b)})` }
  }
  // Both sides are computed: subgroups hand each other numbers only where all of them do.
  if (dtype === "bool") return { start: "false", join: (a, b) => `(${a} | ${b})` }
  return { start: scalarText(dtype, dtype === "i32" ? -(2 ** 31) : 0), join: (a, b) => `max(${a}, ${b})` }
}
