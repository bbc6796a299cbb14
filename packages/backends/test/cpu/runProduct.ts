import type { ProductKernel, ProductSpec } from "../../src/cpu/product/productSpec.ts"
import { moduleBytes } from "../../src/cpu/wasm/module.ts"
import * as WebAssembly from "../../src/cpu/webassembly.ts"
import type { Axis } from "../../src/kernel/product/axis.ts"

/** How an operand is stored: see `ProductSpec`. */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint32Array

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, u32: Uint32Array } as const

/** How far each element of an axis lies from the first. */
export const offsetsOf = (axis: Axis): ReadonlyArray<number> =>
  axis.reduce<ReadonlyArray<number>>(
    (starts, { size, stride }) =>
      starts.flatMap((start) => Array.from({ length: size }, (_, step) => start + step * stride)),
    [0]
  )

/** Where the elements of an operand lie, from the lowest on, and how many places they span. */
const spanOf = (rows: Axis, columns: Axis): { readonly first: number; readonly length: number } => {
  const far = [rows, columns].map((axis) => {
    const offsets = offsetsOf(axis)
    return { low: offsets.reduce((a, b) => Math.min(a, b), 0), high: offsets.reduce((a, b) => Math.max(a, b), 0) }
  })
  const low = far.reduce((sum, { low }) => sum + low, 0)
  return { first: -low, length: far.reduce((sum, { high }) => sum + high, 0) - low + 1 }
}

/** Elements of an operand, in the places that its axes give them. */
export const elementsOf = (rows: Axis, columns: Axis, elementAt: (place: number) => number): Operand => {
  const { first, length } = spanOf(rows, columns)
  return {
    rows: offsetsOf(rows),
    columns: offsetsOf(columns),
    first,
    places: Float64Array.from({ length }, (_, at) => elementAt(at))
  }
}

/** An operand of a product. */
export interface Operand {
  readonly rows: ReadonlyArray<number>
  readonly columns: ReadonlyArray<number>
  readonly first: number
  readonly places: Float64Array
}

/** Both operands, A as [m, k] and B as [k, n]. */
export const operandsOf = (
  { a, b }: ProductSpec,
  elementAt: (place: number) => number
): readonly [Operand, Operand] => [
  elementsOf(a.m, a.k, elementAt),
  elementsOf(b.k, b.n, (place) => elementAt(place + 7))
]

/** The product as it is defined, in row-major order. */
export const naiveProduct = ({ dtype, m, k, n }: ProductSpec, a: Operand, b: Operand): Numbers => {
  const out = new arrays[dtype](m * n)
  const isWhole = dtype === "i32" || dtype === "u32"
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0
      for (let step = 0; step < k; step++) {
        const x = a.places[a.first + (a.rows[row] as number) + (a.columns[step] as number)] as number
        const y = b.places[b.first + (b.rows[step] as number) + (b.columns[column] as number)] as number
        sum = isWhole ? (sum + Math.imul(x, y)) | 0 : sum + x * y
      }
      out[row * n + column] = sum
    }
  }
  return out
}

const memories = new Map<number, WebAssembly.Memory>()

/** A memory of at least so many bytes; there are few. */
const memoryOf = (bytes: number): WebAssembly.Memory => {
  const pages = 2 ** Math.ceil(Math.log2(Math.max(1, bytes / 65536)))
  const memory = memories.get(pages) ?? new WebAssembly.Memory({ initial: pages })
  memories.set(pages, memory)
  return memory
}

const guard = 0x7fc5_a5a5
/** Free bytes around everything that is written. */
const apart = 256

/** Where ranges of rows and columns are cut. */
export interface Cuts {
  readonly rows: ReadonlyArray<number>
  readonly columns: ReadonlyArray<number>
}

/** Ranges between cuts, which are fractions, at multiples of a unit. */
const rangesOf = (
  size: number,
  unit: number,
  cuts: ReadonlyArray<number>
): ReadonlyArray<readonly [number, number]> => {
  const places = cuts.map((fraction) => Math.floor((fraction * size) / unit) * unit).sort((x, y) => x - y)
  const bounds = [0, ...places, size]
  return bounds.slice(1).map((to, at) => [bounds[at] as number, to])
}

type Pack = (b: number, packed: number, columnFrom: number, columnTo: number) => void
type Multiply = (...operands: ReadonlyArray<number>) => void

/** A kernel that can be run. */
export const loaded = (
  { pack, multiply }: ProductKernel,
  memory: WebAssembly.Memory
): { readonly pack?: Pack; readonly multiply: Multiply } => {
  const exports = pack === undefined ? { multiply } : { pack, multiply }
  const bytes = moduleBytes({ memory: { module: "host", name: "memory", minimum: 1, shared: false }, exports })
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } }).exports as never
}

/**
 * The product as a kernel computes it, in row-major order. One operand begins where memory does, and the other ends where
 * it ends, so that a read outside of them traps (`swapped` says which). Throws where bytes are written that are not those
 * of C, of the packed columns or of the scratch.
 */
export const runProduct = (
  { dtype, m, n, rowStride }: ProductSpec,
  kernel: ProductKernel,
  [a, b]: readonly [Operand, Operand],
  { rows, columns }: Cuts = { rows: [], columns: [] },
  swapped = false
): Numbers => {
  const Numbers = arrays[dtype]
  const { BYTES_PER_ELEMENT: bytes } = Numbers
  const [low, high] = swapped ? [b, a] : [a, b]
  const packedAt = Math.ceil((low.places.length * bytes) / 64) * 64 + apart
  const scratchAt = packedAt + kernel.packedBytes + apart
  const cAt = scratchAt + kernel.scratchBytes + apart
  const cLength = m === 0 || n === 0 ? 0 : (m - 1) * rowStride + n
  const memory = memoryOf(cAt + (cLength + high.places.length) * bytes + apart)
  const buffer = memory.buffer as ArrayBuffer
  const highAt = buffer.byteLength - high.places.length * bytes
  const addressOf = (operand: Operand): number => (operand === low ? 0 : highAt) + operand.first * bytes

  const words = new Uint32Array(buffer).fill(guard)
  new Numbers(buffer, 0, low.places.length).set(low.places)
  new Numbers(buffer, highAt, high.places.length).set(high.places)
  const before = words.slice()

  const { pack, multiply } = loaded(kernel, memory)
  const across = rangesOf(n, kernel.columnUnit, columns)
  const packedOf = (column: number): number => packedAt + column * kernel.packedColumnBytes
  for (const [from, to] of across) pack?.(addressOf(b), packedOf(from), from, to)
  for (const [columnFrom, columnTo] of across) {
    for (const [rowFrom, rowTo] of rangesOf(m, kernel.rowUnit, rows)) {
      const corner = cAt + (rowFrom * rowStride + columnFrom) * bytes
      const ranges = [rowFrom, rowTo, columnFrom, columnTo]
      multiply(addressOf(a), addressOf(b), packedOf(columnFrom), corner, scratchAt, ...ranges)
    }
  }

  const c = new Numbers(buffer, cAt, cLength)
  const out = new Numbers(m * n)
  for (let row = 0; n > 0 && row < m; row++) {
    const from = row * rowStride
    out.set(c.subarray(from, from + n), row * n)
    new Uint8Array(buffer, cAt + from * bytes, n * bytes).set(
      new Uint8Array(before.buffer, cAt + from * bytes, n * bytes)
    )
  }
  words.set(before.subarray(packedAt / 4, (packedAt + kernel.packedBytes) / 4), packedAt / 4)
  words.set(before.subarray(scratchAt / 4, (scratchAt + kernel.scratchBytes) / 4), scratchAt / 4)
  for (let at = 0; at < words.length; at++) {
    if (words[at] !== before[at]) throw new Error(`a word was written at ${4 * at}, C lies at ${cAt}`)
  }
  return out
}

/** The first element in which two results differ; a NaN is a NaN. */
export const difference = (a: Numbers, b: Numbers): number => {
  for (let at = 0; at < a.length; at++) if (!Object.is(a[at], b[at]) && a[at] !== b[at]) return at
  return -1
}
