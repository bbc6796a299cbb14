import type { Axis } from "../../kernel/product/axis.ts"

/** A nested step of the sum over k: how often it is taken, and how far apart the operands' elements then lie. */
export interface Step {
  readonly size: number
  readonly a: number
  readonly b: number
}

/**
 * The steps, outermost first, in which both operands can be walked along k at once: as few as there can be, and at least
 * one. `undefined` where the operands' axes are cut at places that do not nest.
 */
export const commonSteps = (a: Axis, b: Axis): ReadonlyArray<Step> | undefined => {
  const [ofA, ofB] = [[...a], [...b]]
  const out: Array<Step> = []
  for (;;) {
    const [x, y] = [ofA.pop(), ofB.pop()]
    if (x === undefined || y === undefined) return mergedSteps(out.reverse())
    const size = Math.min(x.size, y.size)
    if (x.size % size !== 0 || y.size % size !== 0) return undefined
    out.push({ size, a: x.stride, b: y.stride })
    if (x.size > size) ofA.push({ size: x.size / size, stride: x.stride * size })
    if (y.size > size) ofB.push({ size: y.size / size, stride: y.stride * size })
  }
}

/** Neighbours that are one run of equal steps become one; there is always one. */
export const mergedSteps = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> => {
  const out: Array<Step> = []
  for (const inner of steps) {
    const outer = out.at(-1)
    if (inner.size === 1 && steps.length > 1) continue
    if (outer !== undefined && outer.a === inner.size * inner.a && outer.b === inner.size * inner.b) {
      out[out.length - 1] = { ...inner, size: outer.size * inner.size }
    } else out.push(inner)
  }
  return out.length === 0 ? [{ size: 1, a: 0, b: 0 }] : out
}

/** The steps where one operand lies packed, so many of its elements for each. */
export const packedSteps = (steps: ReadonlyArray<Step>, operand: "a" | "b", width: number): ReadonlyArray<Step> => {
  let inner = width
  const out = [...steps].reverse().map((step) => {
    const packed = { ...step, [operand]: inner }
    inner *= step.size
    return packed
  })
  return out.reverse()
}
