import type { Shape } from "@residual/core"

/**
 * The elements that a reduction walks, and which of their axes it reduces, whatever shape they are in: axes of size 1 do
 * not count, and neighbours that are both kept or both reduced count as one. Reductions with equal keys walk the same
 * elements by the same rows.
 */
export interface Frame {
  readonly key: string
  readonly space: Shape.Shape
  readonly axes: ReadonlyArray<number>
  /** Elements of a row. */
  readonly length: number
}

/** Rows longer than this are not reduced and then walked again by one region: too few workers would share one. */
export const longestRow = 65536

/** The frame of a reduction, or of the broadcast that brings its result back. */
export const frameOf = (space: Shape.Shape, axes: ReadonlyArray<number>): Frame => {
  const runs: Array<{ size: number; readonly reduced: boolean }> = []
  let length = 1
  for (const [axis, size] of space.entries()) {
    if (size === 1) continue
    const reduced = axes.includes(axis)
    const last = runs.at(-1)
    if (last?.reduced === reduced) last.size *= size
    else runs.push({ size, reduced })
    if (reduced) length *= size
  }
  return { key: runs.map(({ size, reduced }) => (reduced ? `${size}r` : `${size}`)).join(), space, axes, length }
}

/** The frame of a broadcast: what it stretches is what a reduction would have reduced. */
export const broadcastFrame = (from: Shape.Shape, to: Shape.Shape): Frame =>
  frameOf(
    to,
    to.flatMap((size, axis) => (size !== from[axis] ? [axis] : []))
  )
