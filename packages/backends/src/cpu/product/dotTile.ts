import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { when } from "../wasm/control.ts"
import { i32, shuffle32 } from "../wasm/instructions.ts"
import { type Lanes, loadFew } from "./lanes.ts"
import type { Line } from "./line.ts"
import type { Step } from "./step.ts"
import {
  addedProducts,
  behindLowest,
  below,
  type Registers,
  type TileOperands,
  type TileShape,
  zeroed
} from "./tile.ts"
import { moved, repeated, walked } from "./walk.ts"

/** Where a tile of dot products finds its operands: at the innermost step, elements of both lie side by side. */
export interface DotOperands extends Omit<TileOperands, "apart" | "padded"> {
  /** Bytes from a column of B to the next; where it is negative, `b` is the address of the last column. */
  readonly columnBytes: number
  /** How often the outermost step is taken: one of these. */
  readonly counts: ReadonlyArray<number>
}

/**
 * Computes the sums of a tile whose columns are few: a vector of sums for each element of C, along k, whose lanes are
 * added up in the end.
 */
export const dotSums = (lanes: Lanes, shape: TileShape, registers: Registers, operands: DotOperands): Code => {
  const { a, b, steps, count, counts } = operands
  const left = registers.counts.at(-1) as Local
  const advance = (size: number): Code => sequence(moved(a, size * lanes.bytes), moved(b, size * lanes.bytes))
  const step = (size: number): Code => sequence(dotStep(lanes, shape, registers, operands, size), advance(size))
  const run = (size: number): Code => {
    const whole = Math.floor(size / lanes.count)
    const few = size % lanes.count
    return sequence(
      whole === 0 ? nothing : repeated(left, i32.constant(whole), step(lanes.count)),
      few === 0 ? nothing : step(few)
    )
  }
  const start = zeroed(registers, shape.rows, shape.columns)
  const outer = steps.slice(0, -1)
  if (outer.length > 0) {
    const { size } = steps.at(-1) as Step
    const within = { a: size * lanes.bytes, b: size * lanes.bytes }
    return sequence(start, walked(outer, count, registers.counts, { a, b }, run(size), within))
  }
  const [first, other] = counts as readonly [number, number | undefined]
  if (other === undefined) return sequence(start, run(first))
  return sequence(start, when(i32.equal(count, i32.constant(first)), run(first), run(other)))
}

/** Adds the products of the next elements along k, a vector of them or fewer. */
const dotStep = (
  lanes: Lanes,
  { rows, columns }: TileShape,
  registers: Registers,
  { a, b, rowBytes, columnBytes }: DotOperands,
  size: number
): Code =>
  addedProducts(
    lanes,
    registers,
    below(rows).map((at) => loadFew(lanes, size, get(a), behindLowest(at, rows, rowBytes))),
    below(columns).map((at) => loadFew(lanes, size, get(b), behindLowest(at, columns, columnBytes)))
  )

/** Whether the totals of a tile are stored as lines down its columns, not along its rows. */
export const isTall = ({ rows, columns }: TileShape): boolean => rows > columns

/** Adds up the lanes of a tile's sums. */
export const dotTotals = (lanes: Lanes, shape: TileShape, { sums }: Registers): Code =>
  sequence(...dotGroups(lanes, shape, sums).flatMap((line) => line.map((group) => totals(lanes, group))))

/** The totals of a tile as lines of C, whose elements lie so many bytes apart. */
export const dotLines = (
  lanes: Lanes,
  shape: TileShape,
  { sums }: Registers,
  elementBytes: number
): ReadonlyArray<ReadonlyArray<Line>> =>
  dotGroups(lanes, shape, sums).map((line) =>
    line.map((group, at) => ({
      vector: group[0] as Local,
      size: group.length,
      offset: at * lanes.count * elementBytes
    }))
  )

/** The sums that are neighbours in C, as many as a vector holds, line by line. */
const dotGroups = (
  { count }: Lanes,
  { rows, columns }: TileShape,
  sums: Registers["sums"]
): ReadonlyArray<ReadonlyArray<ReadonlyArray<Local>>> => {
  const sum = (r: number, c: number): Local => sums[r]?.[c] as Local
  const lines = isTall({ rows, columns })
    ? below(columns).map((c) => below(rows).map((r) => sum(r, c)))
    : below(rows).map((r) => below(columns).map((c) => sum(r, c)))
  return lines.map((line) =>
    below(Math.ceil(line.length / count)).map((at) => line.slice(at * count, (at + 1) * count))
  )
}

/** Sets the first of some vectors to their totals, always in the same order of lanes. */
const totals = (lanes: Lanes, group: ReadonlyArray<Local>): Code => {
  const [a, b, c, d] = [0, 1, 2, 3].map((at) => group[at] ?? group[0]) as [Local, Local, Local, Local]
  const halves = (x: Local, y: Local): Code => lanes.add(low(x, y), high(x, y))
  if (lanes.count === 2) return set(a, halves(a, b))
  const pairs = (x: Local, y: Local): Code =>
    lanes.add(shuffle32(get(x), get(y), [0, 4, 1, 5]), shuffle32(get(x), get(y), [2, 6, 3, 7]))
  if (group.length < 3) return sequence(set(a, pairs(a, b)), set(a, halves(a, a)))
  return sequence(set(c, pairs(c, d)), set(a, pairs(a, b)), set(a, halves(a, c)))
}

const low = (x: Local, y: Local): Code => shuffle32(get(x), get(y), [0, 1, 4, 5])
const high = (x: Local, y: Local): Code => shuffle32(get(x), get(y), [2, 3, 6, 7])
