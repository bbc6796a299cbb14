import { type Code, get, type Local } from "../wasm/code.ts"
import { call, counting } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"
import { lanesOf } from "./lanes.ts"
import { microKernel } from "./microKernel.ts"

const steps = 128

/** Rows and vectors of the tiles that engines differ in: the one that suits all, and those of `ProductSpec.tall` and `.wide`. */
const probed = { plain: [4, 2, false], tall: [6, 2, false], wide: [6, 4, true] } as const

/** The name of a tile. */
export type TileKind = keyof typeof probed

/** Bytes that a probe reads and writes, from the address that it is given on. */
export const probeBytes = 32 * 1024

/** Where its tile's parts start among them: A and B are packed, step after step; rows of C are so far apart. */
export const probePlaces = { a: 0, b: 4096, c: 20480, rowBytes: 64 } as const

/** How large its tile is. */
export const probeShape = (
  kind: TileKind
): { readonly rows: number; readonly columns: number; readonly steps: number } => ({
  rows: probed[kind][0],
  columns: probed[kind][1] * 4,
  steps
})

/** Products and sums of elements that a probe computes each time. */
export const probeOperations = (kind: TileKind): number => probed[kind][0] * probed[kind][1] * 4 * steps

/**
 * The functions (times, address) that compute a tile so often, in float32: which of them is fastest, in operations for each
 * unit of time and after the engine has optimised them, says what products should be made for.
 */
export const tileProbe = (fused: boolean): Readonly<Record<TileKind, WasmFunction>> => {
  const lanes = lanesOf("f32", fused)
  const probe = (kind: TileKind): WasmFunction => {
    const [rows, vectors, isWide] = probed[kind]
    const shape = { rows, columns: vectors * lanes.count }
    const walked = [{ size: steps, a: rows * lanes.bytes, b: shape.columns * lanes.bytes }]
    const kernel = microKernel(lanes, shape, { rowBytes: lanes.bytes, padded: true, isWide, steps: walked })
    return functionOf(["i32", "i32"], [], (params, local) => {
      const [times, address] = params as [Local, Local]
      const at = (bytes: number): Code => i32.add(get(address), i32.constant(bytes))
      const { a, b, c, rowBytes } = probePlaces
      const tile = call(kernel, i32.constant(steps), at(a), at(b), at(c), i32.constant(rowBytes), i32.constant(0))
      return counting(local("i32"), i32.constant(0), get(times), 1, tile)
    })
  }
  return { plain: probe("plain"), tall: probe("tall"), wide: probe("wide") }
}
