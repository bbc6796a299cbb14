import type { Lanes } from "./lanes.ts"
import type { Tiles } from "./productSpec.ts"
import type { TileShape } from "./tile.ts"

/** A shape of tiles, and the cycles that all tiles of a product take for each step along k. */
export interface CostedShape {
  readonly shape: TileShape
  readonly cycles: number
}

type Shapes = ReadonlyArray<readonly [rows: number, vectors: number]>

/** Rows, and vectors across; the first are preferred. Eight or nine vectors of sums are what all engines hold. */
const shapes: Shapes = [
  [4, 2],
  [3, 3],
  [2, 4],
  [6, 1],
  [1, 8]
]

/** More rows for engines that hold more sums. */
const tallShapes: Shapes = [[6, 2], [5, 2], [8, 1], ...shapes]

/** Vectors that an engine joins two by two. */
const wideShapes: Shapes = [
  [4, 4],
  [2, 4]
]
const tallWideShapes: Shapes = [[6, 4], [5, 4], ...wideShapes]

/** Rows and columns of dot products. Five columns are what the windows of a common convolution have. */
const dotShapes: Shapes = [
  [2, 4],
  [4, 2],
  [3, 3],
  [4, 1],
  [1, 4],
  [2, 5]
]

const tallDotShapes: Shapes = [[8, 1], [1, 8], ...dotShapes]

/** Cycles of a step of a tile: two products of vectors in each, but no fewer than it takes to add one. */
const stepCycles = (rows: number, vectors: number): number =>
  rows === 0 || vectors === 0 ? 0 : Math.max(4.1, 0.5 * rows * vectors + 0.35, 0.5 * (rows + vectors) + 0.4)

/** Cycles of a step of all tiles, those that are cut off at the end included. */
const allCycles = (
  m: number,
  n: number,
  { rows, columns }: TileShape,
  vectorsOf: (columns: number) => number
): number => {
  const [down, across] = [Math.floor(m / rows), Math.floor(n / columns)]
  const [lastRows, lastVectors] = [m % rows, vectorsOf(n % columns)]
  const line = (height: number): number =>
    across * stepCycles(height, vectorsOf(columns)) + stepCycles(height, lastVectors)
  return down * line(rows) + line(lastRows)
}

const cheapest = (costed: ReadonlyArray<CostedShape>): CostedShape | undefined =>
  costed.reduce<CostedShape | undefined>(
    (best, shape) => (best === undefined || shape.cycles < 0.99 * best.cycles ? shape : best),
    undefined
  )

/** The best shape of tiles whose vectors hold columns. */
export const tileShape = (lanes: Lanes, m: number, n: number, { tall, wide }: Tiles): CostedShape => {
  const vectorsOf = (columns: number): number => Math.ceil(columns / lanes.count)
  // What stands for two vectors is one, of which the last may be half empty.
  const pairsOf = (columns: number): number => Math.ceil(vectorsOf(columns) / 2)
  const candidates = wide ? (tall ? tallWideShapes : wideShapes) : tall ? tallShapes : shapes
  const costed = candidates.map(([rows, vectors]) => {
    const shape = { rows, columns: vectors * lanes.count }
    return { shape, cycles: allCycles(m, n, shape, wide ? pairsOf : vectorsOf) }
  })
  return cheapest(costed) as CostedShape
}

/** The best shape of tiles of dot products, among those that fit how the operands lie. */
export const dotShape = (
  m: number,
  n: number,
  { tall }: Tiles,
  fits: (shape: TileShape) => boolean
): CostedShape | undefined =>
  cheapest(
    (tall ? tallDotShapes : dotShapes)
      .map(([rows, columns]) => ({ rows, columns }))
      .filter(fits)
      .map((shape) => {
        const sums = Math.min(m, shape.rows) * Math.min(n, shape.columns)
        const spilling = tall || sums <= 9 ? 1 : 1.25
        return { shape, cycles: spilling * allCycles(m, n, shape, (columns) => columns) }
      })
  )
