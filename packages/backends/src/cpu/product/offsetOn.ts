import type { Axis } from "../../kernel/product/axis.ts"
import { type Code, get, type Local } from "../wasm/code.ts"
import { i32 } from "../wasm/instructions.ts"

/** How far from the first element, in bytes, the element lies whose number a local holds. */
export const offsetOn = (axis: Axis, index: Local, bytes: number): Code => {
  let inner = 1
  let sum: Code | undefined
  for (const [at, { size, stride }] of [...axis.entries()].reverse()) {
    const quotient = inner === 1 ? get(index) : i32.divUnsigned(get(index), i32.constant(inner))
    const digit = at === 0 ? quotient : i32.remUnsigned(quotient, i32.constant(size))
    const offset = i32.mul(digit, i32.constant(stride * bytes))
    sum = sum === undefined ? offset : i32.add(sum, offset)
    inner *= size
  }
  return sum ?? i32.constant(0)
}
