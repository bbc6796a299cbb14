import { evenRun, innermost } from "../../kernel/product/axis.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { call, when } from "../wasm/control.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"
import { copiedTile } from "./copyTile.ts"
import type { DepthBlocks } from "./depthBlocks.ts"
import { dotLines, dotSums, dotTotals, isTall } from "./dotTile.ts"
import type { Lanes } from "./lanes.ts"
import { microKernel, type Walk } from "./microKernel.ts"
import { type Packing, panelWidth } from "./packing.ts"
import { mergedSteps, packedSteps } from "./step.ts"
import { storedLines } from "./storeLines.ts"
import { makeRegisters, type TileShape, tileLines, tileSums, zeroed } from "./tile.ts"
import type { TiledProduct, TilePlan } from "./tilePlan.ts"

/** What a plan means for the operands. */
export interface Blocking {
  readonly blocks: DepthBlocks
  readonly ofA: Packing
  readonly ofB: Packing
  /** Where the scratch has the panel of B, after the packed block of A, and a tile after that. */
  readonly panelAt: number
  readonly tileAt: number
}

/** Where a tile's operands and result lie. */
export interface TilePlace {
  readonly a: Local
  readonly b: Local
  readonly c: Local
  readonly scratch: Local
  /** How far behind `b` the vectors of columns lie, where they do not lie side by side. */
  readonly apart: ReadonlyArray<Local | undefined>
  /** The number of the block of k, and how often it takes its outermost step. */
  readonly block: Local
  readonly count: Local
}

/** Computes tiles of one shape or another, at one place. */
export type TileCode = (shape: TileShape) => Code

/** The vectors of a tile that do not lie side by side in B as it lies, because runs of neighbours can end between them. */
export const isBroken = (plan: TilePlan, { ofB }: Blocking): boolean =>
  plan.vectors === "columns" && plan.b === "direct" && evenRun(ofB.across, ofB.width) < ofB.width

/** The code of tiles, computed where they are needed or by functions that they share with other products. */
export const tileCode = (
  lanes: Lanes,
  product: TiledProduct,
  plan: TilePlan,
  blocking: Blocking,
  place: TilePlace,
  local: MakeLocal
): TileCode => {
  const { bytes } = lanes
  const { blocks, ofA, ofB } = blocking
  const { block, count } = place
  const [rowBytes, columnBytes] = [product.rowStride * bytes, product.columnStride * bytes]
  const isOnly = blocks.total === 1
  const strides = { a: innermost(ofA.across).stride * bytes, b: innermost(ofB.across).stride * bytes }

  const walkOf = ({ rows, columns }: TileShape, isWide = false): Walk => {
    const ofRows = plan.a === "packed" ? packedSteps(blocks.steps, "a", rows) : blocks.steps
    const isPacked = plan.b !== "direct"
    const steps = isPacked ? packedSteps(ofRows, "b", panelWidth(lanes, ofB, columns)) : ofRows
    return {
      rowBytes: plan.a === "packed" ? bytes : strides.a,
      padded: isPacked,
      isWide,
      steps: mergedSteps(steps).map(({ size, a, b }) => ({ size, a: a * bytes, b: b * bytes }))
    }
  }
  /** How often the outermost of the steps is taken, some of which may have become one. */
  const timesOf = ({ steps }: Walk): Code => {
    const inside = steps.slice(1).reduce((product, { size }) => product * size, 1)
    const each = blocks.inner / inside
    return each === 1 ? get(count) : i32.mul(get(count), i32.constant(each))
  }
  if (!plan.inlined) {
    const adds = isOnly ? i32.constant(0) : get(block)
    const kernel = (shape: TileShape, c: Local, apart: number): Code => {
      const isWide = plan.isWide && shape.columns % (2 * lanes.count) === 0
      const walk = walkOf(shape, isWide)
      const operands = [timesOf(walk), get(place.a), get(place.b), get(c), i32.constant(apart), adds]
      return call(microKernel(lanes, shape, walk), ...operands)
    }
    if (!plan.isWide) return (shape) => kernel(shape, place.c, rowBytes)
    const [whole, vector] = [local("i32"), local("v128")]
    return (shape) => {
      const taken = { rows: shape.rows, columns: panelWidth(lanes, ofB, shape.columns) }
      if (taken.columns === shape.columns || taken.columns <= lanes.count) return kernel(shape, place.c, rowBytes)
      // Columns that do not fill pairs of vectors are computed in a tile of their own, from which they are copied.
      const copy = (isIn: boolean): Code =>
        copiedTile(lanes, shape, vector, isIn, { c: place.c, rowBytes }, { c: whole, rowBytes: taken.columns * bytes })
      return sequence(
        set(whole, i32.add(get(place.scratch), i32.constant(blocking.tileAt))),
        isOnly ? nothing : when(get(block), copy(true)),
        kernel(taken, whole, taken.columns * bytes),
        copy(false)
      )
    }
  }

  const { rows, columns } = plan.shape
  const vectors = plan.vectors === "k" ? columns : Math.ceil(columns / lanes.count)
  const registers = makeRegisters(rows, vectors, blocks.steps.length, local)
  const [a, b] = [local("i32"), local("i32")]
  const adds = isOnly ? undefined : get(block)
  const start = sequence(set(a, get(place.a)), set(b, get(place.b)))
  if (plan.vectors === "columns") {
    return (shape) => {
      const walk = walkOf(shape)
      const lines = tileLines(lanes, shape, registers, columnBytes)
      const target = { elementBytes: columnBytes, rowBytes: i32.constant(rowBytes) }
      return sequence(
        start,
        zeroed(registers, shape.rows, Math.ceil(shape.columns / lanes.count)),
        tileSums(lanes, shape, registers, { ...walk, a, b, apart: place.apart, count: timesOf(walk) }),
        storedLines(lanes, lines, place.c, target, adds)
      )
    }
  }
  const steps = blocks.steps.map((step) => ({ size: step.size, a: step.a * bytes, b: step.b * bytes }))
  const { counts } = blocks
  const operands = { a, b, rowBytes: strides.a, columnBytes: strides.b, count: get(count), counts, steps }
  return (shape) => {
    const [elementBytes, lineBytes] = isTall(shape) ? [rowBytes, columnBytes] : [columnBytes, rowBytes]
    const lines = dotLines(lanes, shape, registers, elementBytes)
    return sequence(
      start,
      dotSums(lanes, shape, registers, operands),
      dotTotals(lanes, shape, registers),
      storedLines(lanes, lines, place.c, { elementBytes, rowBytes: i32.constant(lineBytes) }, adds)
    )
  }
}
