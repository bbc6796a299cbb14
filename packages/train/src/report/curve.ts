/**
 * A curve of a chart: its name, and the points (x, y) that it goes through, from left to right.
 *
 * ```ts
 * import type { Curve } from "@residual/train"
 * const curve: Curve = { name: "validation", points: [[100, 2.1], [200, 1.9]] }
 * curve.points.length // => 2
 * ```
 */
export interface Curve {
  readonly name: string
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}
