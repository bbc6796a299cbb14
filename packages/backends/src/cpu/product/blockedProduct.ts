import { type Code, get, nothing, sequence, set } from "../wasm/code.ts"
import { call, counting, when } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { i32, select } from "../wasm/instructions.ts"
import { mergedAxis } from "./axis.ts"
import { type DepthBlocks, depthBlocks } from "./depthBlocks.ts"
import { type Lanes, lanesOf } from "./lanes.ts"
import { microKernel } from "./microKernel.ts"
import { multiplyFunction } from "./multiplyFunction.ts"
import { type Packing, packPanels, panelWidth } from "./packPanels.ts"
import type { ProductKernel, ProductSpec } from "./productSpec.ts"

/** Rows of a tile, and vectors across it. */
const tileRows = 4
const tileVectors = 2
/** Steps of k that are summed at a time: a panel of B of so many lies in the first cache, a block of A in the second. */
const depth = 256
/** Rows of A that are packed at a time. */
const rowBlock = 64

/** Rounds a number of bytes up to whole cache lines. */
const lines = (bytes: number): number => Math.ceil(bytes / 64) * 64

/**
 * A product whose operands are packed: B once, in panels of a tile's columns over all of k; A for each block of rows
 * and of k. Partial sums over blocks of k are added up in C.
 */
export const blockedProduct = (spec: ProductSpec): ProductKernel => {
  const { m, k, n, dtype, fused } = spec
  const lanes = lanesOf(dtype, fused)
  const tileColumns = tileVectors * lanes.count
  const columns: Packing = {
    across: mergedAxis(spec.b.n),
    along: mergedAxis(spec.b.k),
    width: tileColumns,
    padded: true
  }
  const blocks = depthBlocks(mergedAxis(spec.a.k), depth)
  const rows: Packing = { across: mergedAxis(spec.a.m), along: blocks.along, width: tileRows, padded: false }
  const last = n % tileColumns
  return {
    packedBytes: lines((n - last + panelWidth(lanes, columns, last)) * k * lanes.bytes),
    packedColumnBytes: k * lanes.bytes,
    scratchBytes: lines(Math.min(rowBlock, m) * blocks.largest * lanes.bytes),
    rowBlock,
    columnUnit: tileColumns,
    rowUnit: tileRows,
    pack: packColumns(lanes, columns),
    multiply: multiply(lanes, spec, { rows, columns, blocks })
  }
}

/** (b, packed, columnFrom, columnTo). */
const packColumns = (lanes: Lanes, columns: Packing): WasmFunction => {
  const pack = packPanels(lanes, columns)
  const count = i32.constant(columns.along[0]?.size ?? 1)
  return functionOf(["i32", "i32", "i32", "i32"], [], (params) => call(pack, ...params.map(get), count))
}

interface Plan {
  readonly rows: Packing
  readonly columns: Packing
  readonly blocks: DepthBlocks
}

const multiply = (lanes: Lanes, { m, k, n, rowStride }: ProductSpec, { rows, columns, blocks }: Plan): WasmFunction =>
  multiplyFunction(({ a, packed, c, scratch, rowFrom, rowTo, columnFrom, columnTo }, local) => {
    const { bytes } = lanes
    const rowBytes = rowStride * bytes
    const pack = packPanels(lanes, rows)
    const [blockFrom, blockTo, top] = [local("i32"), local("i32"), local("i32")]
    const [block, count, steps, depthFrom] = [local("i32"), local("i32"), local("i32"), local("i32")]
    const [row, column, ofA, ofB] = [local("i32"), local("i32"), local("i32"), local("i32")]
    const [corner, target] = [local("i32"), local("i32")]

    const tile = (height: number, width: number): Code => {
      const stepBytes = { a: height * bytes, b: panelWidth(lanes, columns, width) * bytes }
      const kernel = microKernel(lanes, { rows: height, columns: width, rowBytes: bytes, stepBytes })
      const adds = blocks.total === 1 ? i32.constant(0) : get(block)
      return call(kernel, get(steps), get(ofA), get(ofB), get(target), i32.constant(rowBytes), adds)
    }
    const panel = (width: number): Code => {
      const last = m % tileRows
      const down = i32.constant(tileRows * rowBytes)
      const start = i32.add(get(ofB), i32.mul(get(depthFrom), i32.constant(panelWidth(lanes, columns, width) * bytes)))
      const next = i32.mul(get(steps), i32.constant(tileRows * bytes))
      return sequence(
        set(ofA, get(scratch)),
        set(target, get(corner)),
        set(ofB, start),
        counting(
          row,
          get(blockFrom),
          i32.sub(get(blockTo), i32.constant(tileRows - 1)),
          tileRows,
          sequence(tile(tileRows, width), set(ofA, i32.add(get(ofA), next)), set(target, i32.add(get(target), down)))
        ),
        last === 0 ? nothing : when(i32.lessSigned(get(row), get(blockTo)), tile(last, width))
      )
    }
    const across = (): Code => {
      const full = columns.width
      const last = n % full
      const first = local("i32")
      return sequence(
        set(first, get(packed)),
        set(corner, get(top)),
        counting(
          column,
          get(columnFrom),
          i32.sub(get(columnTo), i32.constant(full - 1)),
          full,
          sequence(
            set(ofB, get(first)),
            panel(full),
            set(first, i32.add(get(first), i32.constant(full * k * bytes))),
            set(corner, i32.add(get(corner), i32.constant(full * bytes)))
          )
        ),
        last === 0
          ? nothing
          : when(i32.lessSigned(get(column), get(columnTo)), sequence(set(ofB, get(first)), panel(last)))
      )
    }
    const eachBlock = sequence(
      set(count, blocks.countOf(block)),
      set(steps, i32.mul(get(count), i32.constant(blocks.inner))),
      call(
        pack,
        i32.add(get(a), blocks.offsetOf(block, bytes)),
        get(scratch),
        get(blockFrom),
        get(blockTo),
        get(count)
      ),
      across(),
      set(depthFrom, i32.add(get(depthFrom), get(steps)))
    )
    return sequence(
      set(top, get(c)),
      counting(
        blockFrom,
        get(rowFrom),
        get(rowTo),
        rowBlock,
        sequence(
          set(blockTo, i32.add(get(blockFrom), i32.constant(rowBlock))),
          set(blockTo, select(get(rowTo), get(blockTo), i32.lessSigned(get(rowTo), get(blockTo)))),
          set(depthFrom, i32.constant(0)),
          counting(block, i32.constant(0), i32.constant(blocks.total), 1, eachBlock),
          set(top, i32.add(get(top), i32.constant(rowBlock * rowBytes)))
        )
      )
    )
  })
