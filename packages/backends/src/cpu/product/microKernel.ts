import { get, type Local, sequence } from "../wasm/code.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import type { Lanes } from "./lanes.ts"
import { storedLines } from "./storeLines.ts"
import { makeRegisters, type TileOperands, type TileShape, tileLines, tileSums } from "./tile.ts"

/** How a kernel's operands are walked: see `TileOperands`. */
export type Walk = Pick<TileOperands, "rowBytes" | "padded" | "steps">

const kernels = new Map<Lanes, Map<string, WasmFunction>>()

/**
 * The function (count, a, b, c, rowBytes, adds) that computes a tile of C, and stores it or, where `adds` is not 0, adds
 * it to what is there. Equal tiles share one function, which is then compiled once and hot early.
 */
export const microKernel = (lanes: Lanes, shape: TileShape, walk: Walk): WasmFunction => {
  const known = kernels.get(lanes) ?? new Map<string, WasmFunction>()
  kernels.set(lanes, known)
  const steps = walk.steps.map(({ size, a, b }, at) => [at === 0 ? "" : size, a, b].join())
  const key = [shape.rows, shape.columns, walk.rowBytes, walk.padded, ...steps].join(" ")
  const kernel = known.get(key) ?? composed(lanes, shape, walk)
  known.set(key, kernel)
  return kernel
}

const composed = (lanes: Lanes, shape: TileShape, walk: Walk): WasmFunction =>
  functionOf(["i32", "i32", "i32", "i32", "i32", "i32"], [], (params, local) => {
    const [count, a, b, c, rowBytes, adds] = params as [Local, Local, Local, Local, Local, Local]
    const vectors = Math.ceil(shape.columns / lanes.count)
    const registers = makeRegisters(shape.rows, vectors, walk.steps.length, local)
    const lines = tileLines(lanes, shape, registers, lanes.bytes)
    return sequence(
      tileSums(lanes, shape, registers, { ...walk, a, b, count: get(count) }),
      storedLines(lanes, lines, c, { elementBytes: lanes.bytes, rowBytes: get(rowBytes) }, get(adds))
    )
  })
