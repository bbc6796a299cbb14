import type { Factor } from "@residual/graph"
import { type Code, get, type Local } from "../wasm/code.ts"
import { i32 } from "../wasm/instructions.ts"
import type { Axis } from "./productSpec.ts"

/** How many elements an axis has. */
export const sizeOf = (axis: Axis): number => axis.reduce((product, { size }) => product * size, 1)

/** The same axis in as few factors as it can have, none of them of size 1. */
export const mergedAxis = (axis: Axis): Axis => {
  const out: Array<Factor> = []
  for (const inner of axis) {
    if (inner.size === 1) continue
    const outer = out.at(-1)
    if (outer !== undefined && outer.stride === inner.size * inner.stride) {
      out[out.length - 1] = { size: outer.size * inner.size, stride: inner.stride }
    } else out.push(inner)
  }
  return out
}

/** The innermost step of an axis. */
export const innermost = (axis: Axis): Factor => axis.at(-1) ?? { size: 1, stride: 0 }

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

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/**
 * How many neighbours, among `width` elements that start at a multiple of `width`, lie at equal distances: all of them
 * where the axis is one run of steps, fewer where its innermost run can end among them.
 */
export const evenRun = (axis: Axis, width: number): number =>
  axis.length < 2 ? width : greatestDivisor(width, innermost(axis).size)
