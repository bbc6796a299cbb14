import { type Code, get, type Local } from "../wasm/code.ts"
import { i32, select } from "../wasm/instructions.ts"
import { offsetOn } from "./offsetOn.ts"
import type { Step } from "./step.ts"

/** The sum over k, cut into blocks: each takes so many times one step, with all steps inside it. */
export interface DepthBlocks {
  /** How many blocks there are. */
  readonly total: number
  /** Elements of the largest block. */
  readonly largest: number
  /** What a block is made of: the step that is cut, and those inside it. */
  readonly steps: ReadonlyArray<Step>
  /** Elements for each time that the cut step is taken. */
  readonly inner: number
  /** How often a block takes the cut step, by the block's number. */
  readonly countOf: (block: Local) => Code
  /** All counts that there are, one or two. */
  readonly counts: ReadonlyArray<number>
  /** How far from the first element of an operand a block starts, in bytes. */
  readonly offsetOf: (block: Local, operand: "a" | "b", bytes: number) => Code
}

/** Cuts the steps into blocks of nearly `wanted` elements and no more, where the innermost step allows. */
export const depthBlocks = (steps: ReadonlyArray<Step>, wanted: number): DepthBlocks => {
  let cut = steps.length - 1
  let inner = 1
  for (; cut > 0; cut--) {
    const { size } = steps[cut] as Step
    if (inner * size > wanted) break
    inner *= size
  }
  const { size, a, b } = steps[cut] as Step
  const times = Math.ceil(size / Math.ceil((size * inner) / wanted))
  const blocks = Math.ceil(size / times)
  const rest = size - (blocks - 1) * times
  const outer = steps.slice(0, cut)
  const starts: ReadonlyArray<Step> = [...outer, { size: blocks, a: times * a, b: times * b }]
  const isLast = (block: Local): Code =>
    i32.equal(i32.remUnsigned(get(block), i32.constant(blocks)), i32.constant(blocks - 1))
  return {
    total: outer.reduce((product, step) => product * step.size, blocks),
    largest: times * inner,
    steps: steps.slice(cut),
    inner,
    counts: rest === times ? [times] : [times, rest],
    countOf: (block) =>
      rest === times ? i32.constant(times) : select(i32.constant(rest), i32.constant(times), isLast(block)),
    offsetOf: (block, operand, bytes) =>
      offsetOn(
        starts.map((step) => ({ size: step.size, stride: step[operand] })),
        block,
        bytes
      )
  }
}
