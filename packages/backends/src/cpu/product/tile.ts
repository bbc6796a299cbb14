import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { i32, v128 } from "../wasm/instructions.ts"
import { type Lanes, loadFew } from "./lanes.ts"
import type { Line } from "./line.ts"
import type { Step } from "./step.ts"
import { type Addresses, walked } from "./walk.ts"

/** Rows and columns of C that are computed at a time, in registers. */
export interface TileShape {
  readonly rows: number
  readonly columns: number
}

/** The locals that a tile is computed in; smaller tiles use some of them. */
export interface Registers {
  readonly sums: ReadonlyArray<ReadonlyArray<Local>>
  /** What is held of A and of B while a step is computed. */
  readonly ofA: ReadonlyArray<Local>
  readonly ofB: ReadonlyArray<Local>
  readonly counts: ReadonlyArray<Local>
}

/** Makes the locals for so many rows of so many vectors of sums, over so many nested steps. */
export const makeRegisters = (rows: number, vectors: number, depth: number, local: MakeLocal): Registers => {
  const many = (size: number): ReadonlyArray<Local> => Array.from({ length: size }, () => local("v128"))
  return {
    sums: Array.from({ length: rows }, () => many(vectors)),
    ofA: many(rows),
    ofB: many(vectors),
    counts: Array.from({ length: depth + 1 }, () => local("i32"))
  }
}

/** Where a tile's operands lie at the first step, and how they are walked. */
export interface TileOperands extends Addresses {
  /** Bytes from a row of A to the next; where it is negative, `a` is the address of the last row. */
  readonly rowBytes: number
  /** How far behind `b` each vector of columns lies; side by side where it is not given. */
  readonly apart?: ReadonlyArray<Local | undefined>
  /** Whether B has whole vectors also where the tile's last columns are fewer. */
  readonly padded: boolean
  /** How often the outermost step is taken. */
  readonly count: Code
  /** In bytes. */
  readonly steps: ReadonlyArray<Step>
}

/** How far behind the lowest of so many things, `bytes` apart from one to the next, one of them lies. */
export const behindLowest = (at: number, size: number, bytes: number): number =>
  bytes < 0 ? (at + 1 - size) * bytes : at * bytes

/** The numbers below one. */
export const below = (size: number): ReadonlyArray<number> => Array.from({ length: size }, (_, at) => at)

/** Sets the sums of so many rows of so many vectors to zeros. */
export const zeroed = ({ sums }: Registers, rows: number, vectors: number): Code =>
  sequence(
    ...sums.slice(0, rows).flatMap((line) => line.slice(0, vectors).map((sum) => set(sum, v128.constant([0, 0, 0, 0]))))
  )

/**
 * Adds the products of rows of A and vectors of B to their sums. The side that takes fewer registers is held, and the
 * other one comes one at a time.
 */
export const addedProducts = (
  lanes: Lanes,
  { sums, ofA, ofB }: Registers,
  rows: ReadonlyArray<Code>,
  vectors: ReadonlyArray<Code>
): Code => {
  const [x, y] = [ofA[0] as Local, ofB[0] as Local]
  const added = (r: number, c: number, ofRow: Local, ofColumn: Local): Code => {
    const sum = sums[r]?.[c] as Local
    return set(sum, lanes.multiplyAdd(get(ofRow), get(ofColumn), get(sum)))
  }
  if (rows.length > vectors.length) {
    return sequence(
      ...vectors.map((vector, c) => set(ofB[c] as Local, vector)),
      ...rows.flatMap((row, r) => [set(x, row), ...vectors.map((_, c) => added(r, c, x, ofB[c] as Local))])
    )
  }
  return sequence(
    ...rows.map((row, r) => set(ofA[r] as Local, row)),
    ...vectors.flatMap((vector, c) => [set(y, vector), ...rows.map((_, r) => added(r, c, ofA[r] as Local, y))])
  )
}

/**
 * Adds to the sums of a tile: at each step, each row's element of A times vectors of B. The loop is not unrolled:
 * engines that order instructions anew move the loads of several steps together, and then have no registers left for the
 * sums.
 */
export const tileSums = (
  lanes: Lanes,
  { rows, columns }: TileShape,
  registers: Registers,
  { a, b, rowBytes, apart = [], padded, count, steps }: TileOperands
): Code => {
  const vectors = Math.ceil(columns / lanes.count)
  const row = (at: number): Code => lanes.loadSplat(get(a), behindLowest(at, rows, rowBytes))
  const vector = (at: number): Code => {
    const far = apart[at]
    const width = padded ? lanes.count : Math.min(lanes.count, columns - at * lanes.count)
    return far === undefined ? loadFew(lanes, width, get(b), 16 * at) : loadFew(lanes, width, i32.add(get(b), get(far)))
  }
  const body = addedProducts(lanes, registers, below(rows).map(row), below(vectors).map(vector))
  return walked(steps, count, registers.counts, { a, b }, body)
}

/** The sums of a tile as lines of C, whose elements lie so many bytes apart. */
export const tileLines = (
  lanes: Lanes,
  { rows, columns }: TileShape,
  { sums }: Registers,
  elementBytes: number
): ReadonlyArray<ReadonlyArray<Line>> =>
  sums.slice(0, rows).map((line) =>
    line.slice(0, Math.ceil(columns / lanes.count)).map((vector, at) => {
      const first = at * lanes.count
      return { vector, size: Math.min(lanes.count, columns - first), offset: first * elementBytes }
    })
  )
