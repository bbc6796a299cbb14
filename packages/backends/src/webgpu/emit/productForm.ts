import { Shape } from "@residual/core"
import type { Id } from "@residual/graph"
import type { ProductShape } from "../../kernel/product/productShape.ts"

/** How a product's elements are shared out among invocations. */
export interface TileForm {
  /** Rows and columns of the product that one invocation computes; whole fours of columns. */
  readonly rows: number
  readonly columns: number
  /** Invocations of a workgroup along rows, and along columns. */
  readonly rowThreads: number
  readonly columnThreads: number
  /** Steps along the depth that a workgroup copies to its shared memory at a time; 0 where operands are read as they lie. */
  readonly depth: number
}

/** A reduction for each element, or tiles; the form of tiles is that of a product which has to be computed so. */
export interface ProductForm {
  readonly kind: "rows" | "tiles"
  readonly tile: TileForm
  /** Into how many parts the depth of tiles is cut, whose sums are added up afterwards. */
  readonly parts: number
}

/** Operands that caches hold are not copied to shared memory: meetings of invocations would cost more than they save. */
const cached = 2 ** 21

/** So many workgroups of large tiles, whose invocations each have 64 sums to go on with, keep a GPU busy. */
const enoughLarge = 8

/** So many workgroups of small tiles do. */
const enoughGroups = 64

/** Sums of fewer steps than this are not worth another dispatch. */
const leastDepth = 1024

/** So few elements are better computed by a workgroup each than by one tile, most of which would be idle. */
const fewElements = 256

const tilesOf = ({ shape }: ProductShape, { rows, columns, rowThreads, columnThreads }: TileForm): number => {
  const [m, n] = shape.slice(-2) as [number, number]
  const batches = Shape.size(shape.slice(0, -2))
  return batches * Math.ceil(m / (rows * rowThreads)) * Math.ceil(n / (columns * columnThreads))
}

/** How many steps along the depth each of so many parts takes. */
export const partSteps = (depth: number, parts: number, { depth: copied }: TileForm): number => {
  const unit = Math.max(4, copied)
  return Math.ceil(depth / parts / unit) * unit
}

/** Invocations of a workgroup. */
const threads = 64

const nextPower = (value: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, value)))

/** Tiles of so many rows and columns for each invocation: square, unless a product is too narrow for that. */
const formOf = (each: number, m: number, n: number, depth: number): TileForm => {
  const side = Math.sqrt(threads)
  const [down, across] = [nextPower(m / each), nextPower(n / each)]
  const rowThreads = across < side ? Math.min(threads / across, down) : Math.min(side, down)
  return { rows: each, columns: each, rowThreads, columnThreads: threads / rowThreads, depth }
}

/** The form of a product, chosen by its sizes, and by how many bytes its operands' values have, however often they are read. */
export const productForm = (product: ProductShape, bytesOf: (read: Id) => number): ProductForm => {
  const { shape, depth, dtype, left, right } = product
  const [m, n] = shape.slice(-2) as [number, number]
  const elements = Shape.size(shape)
  const isThin = m < 4 || n < 4 || depth < 4
  const isTiny = elements <= fewElements
  const operandBytes = [...new Set([left.read, right.read])].reduce((bytes, read) => bytes + bytesOf(read), 0)
  const copied = operandBytes <= cached ? 0 : 16
  const large = formOf(8, m, n, copied)
  const small = formOf(4, m, n, copied)
  const tile = tilesOf(product, large) >= enoughLarge ? large : small
  const tiles = tilesOf(product, tile)
  const wanted =
    tile === large || tiles >= enoughGroups || depth < leastDepth
      ? 1
      : Math.min(Math.ceil(depth / (leastDepth / 4)), Math.ceil((2 * enoughGroups) / tiles))
  // Parts are of whole steps, and none of them is empty.
  const parts = Math.ceil(depth / Math.max(1, partSteps(depth, wanted, tile)))
  return { kind: dtype !== "f32" || isThin || isTiny ? "rows" : "tiles", tile, parts: Math.max(1, parts) }
}
