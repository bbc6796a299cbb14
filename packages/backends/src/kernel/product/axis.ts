import type { Factor } from "@residual/graph"

/** An axis of an operand in memory: nested steps, outermost first, in elements; none for an axis of size 1. */
export type Axis = ReadonlyArray<Factor>

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

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

/**
 * How many neighbours, among `width` elements that start at a multiple of `width`, lie at equal distances: all of them
 * where the axis is one run of steps, fewer where its innermost run can end among them.
 */
export const evenRun = (axis: Axis, width: number): number =>
  axis.length < 2 ? width : greatestDivisor(width, innermost(axis).size)
