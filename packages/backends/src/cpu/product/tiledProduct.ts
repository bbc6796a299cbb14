import type { Axis } from "../../kernel/product/axis.ts"
import { lines } from "../lines.ts"
import { get } from "../wasm/code.ts"
import { call } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"
import { depthBlocks } from "./depthBlocks.ts"
import type { Lanes } from "./lanes.ts"
import { multiplyTiles } from "./multiplyTiles.ts"
import { type Packing, panelWidth } from "./packing.ts"
import { packPanels } from "./packPanels.ts"
import type { ProductKernel } from "./productSpec.ts"
import type { Step } from "./step.ts"
import type { TiledProduct, TilePlan } from "./tilePlan.ts"

/**
 * A product that is computed in tiles of C, which are summed up in registers. Partial sums over blocks of k are added up
 * in C, always in the same order.
 */
export const tiledProduct = (lanes: Lanes, product: TiledProduct, plan: TilePlan): ProductKernel => {
  const { m, k, n, a, b, isSwapped } = product
  const { bytes } = lanes
  const { rows, columns } = plan.shape
  const blocks = depthBlocks(plan.steps, plan.depth)
  const padding = plan.isWide ? "powers" : "vectors"
  const ofA: Packing = { across: a.m, along: strided(blocks.steps, "a"), width: rows, padding: "none" }
  const ofB: Packing = { across: b.n, along: strided(blocks.steps, "b"), width: columns, padding }
  const widths = n - (n % columns) + panelWidth(lanes, ofB, n % columns)
  const blockBytes = plan.a === "packed" ? lines(Math.min(plan.rowBlock, m) * blocks.largest * bytes) : 0
  const panelBytes =
    plan.b === "panel" ? lines(panelWidth(lanes, ofB, Math.min(columns, n)) * blocks.largest * bytes) : 0
  const tileBytes = plan.isWide && n % columns > 0 ? lines(rows * columns * bytes) : 0
  const isPacked = plan.b === "packed"
  const multiply = multiplyTiles(lanes, product, plan, {
    blocks,
    ofA,
    ofB,
    panelAt: blockBytes,
    tileAt: blockBytes + panelBytes
  })
  // A panel is packed by each call, so that the rows of a block are better not spread over several.
  const unit = { rows: plan.b === "panel" ? Math.max(rows, Math.min(m, plan.rowBlock)) : rows, columns }
  // Where rows of C are what vectors hold, a call reads its part of each row of B, which is better not short.
  const block = isSwapped ? Math.ceil(1024 / columns) * columns : Math.max(plan.rowBlock, unit.rows)
  return {
    packedBytes: isPacked ? lines(widths * k * bytes) : 0,
    packedColumnBytes: isPacked ? k * bytes : 0,
    scratchBytes: blockBytes + panelBytes + tileBytes,
    rowBlock: block,
    columnUnit: isSwapped ? unit.rows : unit.columns,
    rowUnit: isSwapped ? unit.columns : unit.rows,
    ...(isPacked ? { pack: packColumns(lanes, { ...ofB, along: b.k }) } : {}),
    multiply
  }
}

const strided = (steps: ReadonlyArray<Step>, operand: "a" | "b"): Axis =>
  steps.map((step) => ({ size: step.size, stride: step[operand] }))

/** (b, packed, columnFrom, columnTo). */
const packColumns = (lanes: Lanes, columns: Packing): WasmFunction => {
  const pack = packPanels(lanes, columns)
  const count = i32.constant(columns.along[0]?.size ?? 1)
  return functionOf(["i32", "i32", "i32", "i32"], [], (params) => call(pack, ...params.map(get), count))
}
