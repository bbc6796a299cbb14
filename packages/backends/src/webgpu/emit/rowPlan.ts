import type { Element } from "../../kernel/element.ts"
import { coefficientOf } from "../../kernel/indexExpression.ts"
import { type Nest, rootsOf } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"

/** How the invocations of workgroups share out the rows of a nest, and the elements of each. */
export interface RowPlan {
  /** How many rows there are, and how many elements each has. */
  readonly rows: number
  readonly length: number
  /** Invocations of a workgroup: `rowsTogether` rows at a time, with `perRow` invocations for each. */
  readonly threads: number
  readonly rowsTogether: number
  readonly perRow: number
  /** Whether neighbouring invocations belong to neighbouring rows, and not to neighbouring elements of one. */
  readonly isByColumns: boolean
  /** Into how many parts rows are cut, each for a workgroup of its own. */
  readonly parts: number
  /** How many rows an invocation computes, one written after the other. */
  readonly turns: number
}

/** What decides how rows are shared out, beside the nest. */
export interface RowOptions {
  /** How many invocations workgroups must have, where that is given: they do all of it alone then. */
  readonly threads?: number
  /** How many invocations of a subgroup can count on each other. */
  readonly subgroupSize?: number
  /** Into how many parts rows may be cut at most. */
  readonly mostParts?: number
}

/** Invocations of a workgroup: what every device has. */
export const usualThreads = 256

/** So many invocations keep a GPU busy. */
const enough = 16_384

/** An invocation that adds up more elements than this leaves the others waiting: then rows are cut into parts. */
const longestRun = 256

/** What an invocation of a subgroup may add up alone, where a row's subgroup meets no other. */
const subgroupRun = 64

/** Neighbouring rows that are read together, where elements of one row lie apart. */
const columnsTogether = 16

const nextPower = (value: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, value)))

const sizeOf = (loops: ReadonlyArray<{ readonly size: number }>): number =>
  loops.reduce((product, { size }) => product * size, 1)

/** Whether what a nest reads lies side by side along its rows' elements, or across rows. */
const liesByColumns = (nest: Nest): boolean => {
  const [kept, reduced] = [nest.kept.at(-1), nest.reduced.at(-1)]
  if (kept === undefined || reduced === undefined) return false
  let [across, along] = [0, 0]
  visitElements(rootsOf(nest), (element: Element) => {
    if (element.kind !== "load") return
    if (Math.abs(coefficientOf(element.index, kept)) === 1) across++
    if (Math.abs(coefficientOf(element.index, reduced)) === 1) along++
  })
  return across > along
}

/** So few elements are added up by one invocation sooner than several can meet; more where neighbours read side by side. */
const shortRow = 8
const shortColumn = 16

/** How many invocations share a row. */
const invocationsOf = (rows: number, length: number, isByColumns: boolean, options: RowOptions): number => {
  const { threads, subgroupSize } = options
  if (length <= (isByColumns ? shortColumn : shortRow)) return 1
  let perRow = threads === undefined ? Math.min(usualThreads, nextPower(length / 4)) : 1
  // Four elements each, and fewer where that leaves most of the GPU idle.
  while (perRow < usualThreads && perRow < length && rows * perRow < (threads ?? enough)) perRow *= 2
  if (isByColumns) {
    // Enough rows keep a GPU busy by themselves, where neighbours read what lies side by side.
    return rows >= (threads ?? enough) ? 1 : Math.min(perRow, usualThreads / Math.min(columnsTogether, nextPower(rows)))
  }
  if (subgroupSize === undefined || perRow <= subgroupSize) return perRow
  // A subgroup alone needs no barrier.
  const isEnough = length <= longestRun * subgroupSize && rows * subgroupSize >= enough / 4
  return length <= subgroupRun * subgroupSize || isEnough ? subgroupSize : perRow
}

/** Where there are elements enough, an invocation computes so many: what they share is found once, and none waits alone. */
const usualTurns = 4

/** A kernel is not to be longer than so many elements' computations, all turns together. */
const longestText = 200

const complexityOf = (nest: Nest): number => {
  let count = 0
  visitElements(rootsOf(nest), () => {
    count++
  })
  return count
}

/** Shares a nest out. Only rows of one pass that store nothing but what they reduce may be cut. */
export const rowPlan = (nest: Nest, options: RowOptions): RowPlan => {
  const { threads, mostParts = Number.POSITIVE_INFINITY } = options
  const [rows, length] = [sizeOf(nest.kept), sizeOf(nest.reduced)]
  const isReduced = nest.passes.some(({ reductions }) => reductions.length > 0)
  const isByColumns = isReduced && liesByColumns(nest)
  const perRow = isReduced ? invocationsOf(rows, length, isByColumns, options) : 1
  const rowsTogether =
    threads === undefined
      ? Math.min(usualThreads / perRow, Math.max(64 / perRow, nextPower(rows)))
      : Math.max(1, threads / perRow)
  const [only, ...others] = nest.passes
  const mayCut = only !== undefined && others.length === 0 && only.stores.length === 0 && only.reductions.length > 0
  const blocks = Math.ceil(rows / rowsTogether)
  const wanted = Math.ceil(length / perRow / longestRun)
  const isWorthCutting = mayCut && perRow > 1 && blocks < 128 && wanted > 1 && threads === undefined
  const parts = isWorthCutting ? Math.min(wanted, Math.ceil(128 / blocks), mostParts) : 1
  const mayTakeTurns = !isReduced && threads === undefined && rows >= usualTurns * enough
  const turns = mayTakeTurns && usualTurns * complexityOf(nest) <= longestText ? usualTurns : 1
  return { rows, length, threads: rowsTogether * perRow, rowsTogether, perRow, isByColumns, parts, turns }
}
