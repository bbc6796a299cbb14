import { type Code, get, type Local } from "../wasm/code.ts"
import { i32, select } from "../wasm/instructions.ts"
import { offsetOn, sizeOf } from "./axis.ts"
import type { Axis } from "./productSpec.ts"

/** An axis of sums, cut into blocks: each takes so many steps of one factor, with all factors inside it. */
export interface DepthBlocks {
  /** How many blocks there are. */
  readonly total: number
  /** Elements of the largest block. */
  readonly largest: number
  /** What a block is made of: the cut factor, and those inside it. */
  readonly along: Axis
  /** Elements for each step of the cut factor. */
  readonly inner: number
  /** How many steps of the cut factor a block takes, by its number. */
  readonly countOf: (number: Local) => Code
  /** How far from the first element of the operand a block starts, in bytes. */
  readonly offsetOf: (number: Local, bytes: number) => Code
}

/** Cuts an axis into blocks of nearly `wanted` elements and no more, where its innermost factor allows. */
export const depthBlocks = (axis: Axis, wanted: number): DepthBlocks => {
  const factors = axis.length === 0 ? [{ size: 1, stride: 0 }] : axis
  let cut = factors.length - 1
  let inner = 1
  for (; cut > 0; cut--) {
    const { size } = factors[cut] as Axis[number]
    if (inner * size > wanted) break
    inner *= size
  }
  const { size, stride } = factors[cut] as Axis[number]
  const steps = Math.ceil(size / Math.ceil((size * inner) / wanted))
  const blocks = Math.ceil(size / steps)
  const rest = size - (blocks - 1) * steps
  const outer = factors.slice(0, cut)
  const starts: Axis = [...outer, { size: blocks, stride: steps * stride }]
  const isLast = (number: Local): Code =>
    i32.equal(i32.remUnsigned(get(number), i32.constant(blocks)), i32.constant(blocks - 1))
  return {
    total: sizeOf(outer) * blocks,
    largest: steps * inner,
    along: factors.slice(cut),
    inner,
    countOf: (number) =>
      rest === steps ? i32.constant(steps) : select(i32.constant(rest), i32.constant(steps), isLast(number)),
    offsetOf: (number, bytes) => offsetOn(starts, number, bytes)
  }
}
