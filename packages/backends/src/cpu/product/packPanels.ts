import type { Axis } from "../../kernel/product/axis.ts"
import { evenRun, innermost, sizeOf } from "../../kernel/product/axis.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { counting, when } from "../wasm/control.ts"
import { functionOf, type MakeLocal, type WasmFunction } from "../wasm/function.ts"
import { i32, v128 } from "../wasm/instructions.ts"
import { type Lanes, loadFew, storeFew, transposed } from "./lanes.ts"
import { offsetOn } from "./offsetOn.ts"
import { type Packing, type PackOperands, panelWidth } from "./packing.ts"
import { isFlat, packRows } from "./packRows.ts"
import { sharedFunction } from "./sharedFunction.ts"
import { piecewise } from "./walk.ts"

/**
 * The function (source, target, from, to, count) that copies elements from..to of the axis `across` into panels: `width`
 * of them side by side for each step along. `from` is a multiple of the width, and so is `to` unless it is the end. Of
 * the outermost factor along, `count` steps are taken.
 */
export const packPanels = (lanes: Lanes, packing: Packing): WasmFunction =>
  sharedFunction(lanes, `pack ${JSON.stringify(packing)}`, () => composed(lanes, packing))

const composed = (lanes: Lanes, packing: Packing): WasmFunction =>
  functionOf(["i32", "i32", "i32", "i32", "i32"], [], (params, local) => {
    const [source, target, from, to, count] = params as [Local, Local, Local, Local, Local]
    const operands = { source, target, from, to, count }
    const { across, width } = packing
    const rest = sizeOf(across) % width
    const whole = sizeOf(across) < width ? nothing : wholePanels(lanes, packing, operands, local)
    if (rest === 0) return whole
    return sequence(whole, when(i32.lessSigned(get(from), get(to)), panel(lanes, packing, rest, operands, local)))
  })

const wholePanels = (lanes: Lanes, packing: Packing, operands: PackOperands, local: MakeLocal): Code => {
  if (isFlat(packing)) return packRows(lanes, packing, operands, local)
  const { from, to } = operands
  const { width } = packing
  const body = panel(lanes, packing, width, operands, local)
  return counting(from, get(from), i32.sub(get(to), i32.constant(width - 1)), width, body)
}

/** Copies one panel, and moves `target` behind it. */
const panel = (
  lanes: Lanes,
  packing: Packing,
  width: number,
  { source, target, from, count }: PackOperands,
  local: MakeLocal
): Code => {
  const { across, along } = packing
  const { bytes } = lanes
  const run = evenRun(across, packing.width)
  const { stride } = innermost(across)
  const walk = local("i32")
  // Addresses within a run are constant offsets, which cannot be negative, from its lowest.
  const lowest = Math.min(0, stride * (Math.min(run, width) - 1))
  const bases = Array.from({ length: Math.ceil(width / run) }, () => local("i32"))
  const index = local("i32")
  const starts = bases.map((base, at) =>
    sequence(
      set(index, i32.add(get(from), i32.constant(at * run))),
      set(base, i32.add(i32.add(get(source), i32.constant(lowest * bytes)), offsetOn(across, index, bytes)))
    )
  )
  const only = bases.length === 1
  const item = (at: number): Place => ({
    address: only ? get(walk) : i32.add(get(bases[Math.floor(at / run)] as Local), get(walk)),
    offset: ((at % run) * stride - lowest) * bytes
  })
  const contiguous = (at: number, size: number): boolean =>
    size === 0 || (stride === 1 && Math.floor(at / run) === Math.floor((at + size - 1) / run))
  const copies: Copies = { lanes, width, taken: panelWidth(lanes, packing, width), target, item, contiguous }

  return sequence(
    ...starts,
    set(walk, only ? get(bases[0] as Local) : i32.constant(0)),
    nested(along, count, walk, copies, local)
  )
}

interface Place {
  readonly address: Code
  readonly offset: number
}

interface Copies {
  readonly lanes: Lanes
  /** Elements that are copied at each step. */
  readonly width: number
  /** Elements that a step takes. */
  readonly taken: number
  readonly target: Local
  readonly item: (at: number) => Place
  /** Whether so many elements from one on lie side by side. */
  readonly contiguous: (at: number, size: number) => boolean
}

/** Walks the factors along, outermost first; of the first one, `count` steps. */
const nested = (along: Axis, count: Local, walk: Local, copies: Copies, local: MakeLocal): Code => {
  const { bytes } = copies.lanes
  const level = (at: number): Code => {
    const factor = along[at] ?? { size: 1, stride: 0 }
    const times = at === 0 ? get(count) : i32.constant(factor.size)
    const left = local("i32")
    if (at >= along.length - 1) return sequence(set(left, times), steps(left, factor.stride, walk, copies, local))
    const start = local("i32")
    const inner = level(at + 1)
    return sequence(
      set(left, times),
      piecewise(
        left,
        1,
        sequence(set(start, get(walk)), inner, set(walk, i32.add(get(start), i32.constant(factor.stride * bytes))))
      )
    )
  }
  return level(0)
}

/** Copies `left` steps of the innermost factor along. */
const steps = (left: Local, stride: number, walk: Local, copies: Copies, local: MakeLocal): Code => {
  const { lanes, width, taken, target, contiguous } = copies
  const advance = (size: number): Code =>
    sequence(
      set(walk, i32.add(get(walk), i32.constant(size * stride * lanes.bytes))),
      set(target, i32.add(get(target), i32.constant(size * taken * lanes.bytes)))
    )
  const vector = local("v128")
  const chunks = Array.from({ length: Math.ceil(taken / lanes.count) }, (_, at) => {
    const first = at * lanes.count
    return { first, size: Math.max(0, Math.min(lanes.count, width - first)) }
  })
  const single = chunks.map(({ first, size }) => {
    const value = contiguous(first, size) ? side(copies, first, size) : gathered(copies, first, size)
    return sequence(set(vector, value), placed(copies, first, size, vector, 0))
  })
  const one = piecewise(left, 1, sequence(...single, advance(1)))
  if (stride !== 1 || chunks.every(({ first, size }) => contiguous(first, size))) return one
  const rows = Array.from({ length: lanes.count }, () => local("v128"))
  const turned = chunks.map(({ first, size }) => {
    const loads = rows.slice(0, size).map((row, at) => {
      const { address, offset } = copies.item(first + at)
      return set(row, v128.load(address, offset))
    })
    const columns = transposed(lanes, rows.map(get))
    const stores = columns.map((column, at) =>
      sequence(set(vector, column), placed(copies, first, size, vector, at * taken * lanes.bytes))
    )
    const blanks = rows.slice(size).map((row) => set(row, v128.constant([0, 0, 0, 0])))
    return sequence(...loads, ...blanks, ...stores)
  })
  return sequence(piecewise(left, lanes.count, sequence(...turned, advance(lanes.count))), one)
}

/** Elements that lie side by side, as a vector. */
const side = ({ lanes, item }: Copies, first: number, size: number): Code => {
  if (size === 0) return v128.constant([0, 0, 0, 0])
  const { address, offset } = item(first)
  return loadFew(lanes, size, address, offset)
}

/** Elements from here and there, as a vector. */
const gathered = ({ lanes, item }: Copies, first: number, size: number): Code => {
  const places = Array.from({ length: size }, (_, at) => item(first + at))
  const [{ address, offset }, ...others] = places as [Place, ...Array<Place>]
  return others.reduce(
    (vector, place, at) => lanes.loadLane(place.address, vector, at + 1, place.offset),
    lanes.loadFirst(address, offset)
  )
}

/** Stores a vector at its place in the panel; all of it where the panel is padded, else what is the operand's. */
const placed = (copies: Copies, first: number, size: number, vector: Local, offset: number): Code => {
  const { lanes, taken, width, target } = copies
  const stored = taken === width ? size : lanes.count
  return storeFew(lanes, stored, get(target), vector, offset + first * lanes.bytes)
}
