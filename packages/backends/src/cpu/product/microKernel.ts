import { get, type Local, sequence } from "../wasm/code.ts"
import { when } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import type { Lanes } from "./lanes.ts"
import { sharedFunction } from "./sharedFunction.ts"
import { loadedLines, storedLines } from "./storeLines.ts"
import { makeRegisters, type TileOperands, type TileShape, tileLines, tileSums, zeroed } from "./tile.ts"

/** How a kernel's operands are walked: see `TileOperands`. */
export interface Walk extends Pick<TileOperands, "rowBytes" | "padded" | "steps"> {
  /** Whether the engine may join pairs of vectors: see `ProductSpec`. */
  readonly isWide: boolean
}

/**
 * The function (count, a, b, c, rowBytes, adds) that computes a tile of C, and adds it to what is there where `adds` is
 * not 0. Equal tiles share one.
 */
export const microKernel = (lanes: Lanes, shape: TileShape, walk: Walk): WasmFunction => {
  const steps = walk.steps.map(({ size, a, b }, at) => [at === 0 ? "" : size, a, b].join())
  const key = ["tile", shape.rows, shape.columns, walk.rowBytes, walk.padded, walk.isWide, ...steps].join(" ")
  return sharedFunction(lanes, key, () => composed(lanes, shape, walk))
}

const composed = (lanes: Lanes, shape: TileShape, walk: Walk): WasmFunction =>
  functionOf(["i32", "i32", "i32", "i32", "i32", "i32"], [], (params, local) => {
    const [count, a, b, c, rowBytes, adds] = params as [Local, Local, Local, Local, Local, Local]
    const vectors = Math.ceil(shape.columns / lanes.count)
    const registers = makeRegisters(shape.rows, vectors, walk.steps.length, local)
    const lines = tileLines(lanes, shape, registers, lanes.bytes)
    const target = { elementBytes: lanes.bytes, rowBytes: get(rowBytes) }
    const zeros = zeroed(registers, shape.rows, vectors)
    const sums = tileSums(lanes, shape, registers, { ...walk, a, b, count: get(count) })
    if (!walk.isWide) return sequence(zeros, sums, storedLines(lanes, lines, c, target, get(adds)))
    // Engines join neighbouring vectors from what is stored on back, which an addition before it keeps them from.
    const start = when(get(adds), loadedLines(lanes, lines, c, target), zeros)
    return sequence(start, sums, storedLines(lanes, lines, c, target))
  })
