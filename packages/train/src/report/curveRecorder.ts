import type { Curve } from "./curve.ts"

/** Keeps a curve of however many values in few points. */
export interface CurveRecorder {
  readonly add: (x: number, y: number) => void
  /** Forgets what came after an x. */
  readonly forgetAfter: (x: number) => void
  readonly points: () => Curve["points"]
}

type Point = readonly [x: number, y: number]

/** As many as a chart has room for, and twice that. */
const mostPoints = 1024

/**
 * A recorder in which each point stands for equally many values, by their mean: for one each at first, and for twice as many
 * as before whenever there are more points than are kept.
 */
export const curveRecorder = (): CurveRecorder => {
  let points: Array<Point> = []
  let valuesPerPoint = 1
  let group: Array<Point> = []

  return {
    add: (x, y) => {
      group.push([x, y])
      if (group.length < valuesPerPoint) return
      points.push(meanOf(group))
      group = []
      if (points.length < mostPoints) return
      points = pairs(points).map(meanOf)
      valuesPerPoint *= 2
    },
    forgetAfter: (last) => {
      const stays = ([x]: Point): boolean => x <= last
      points = points.filter(stays)
      group = group.filter(stays)
    },
    points: () => (group.length === 0 ? [...points] : [...points, meanOf(group)])
  }
}

const meanOf = (points: ReadonlyArray<Point>): Point => {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point) / points.length, 0)
  return points.length === 1 ? (points[0] as Point) : [mean(([x]) => x), mean(([, y]) => y)]
}

const pairs = (points: ReadonlyArray<Point>): ReadonlyArray<ReadonlyArray<Point>> =>
  Array.from({ length: points.length / 2 }, (_, at) => points.slice(2 * at, 2 * at + 2))
