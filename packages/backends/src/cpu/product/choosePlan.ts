import type { Axis } from "../../kernel/product/axis.ts"
import { evenRun, innermost, mergedAxis } from "../../kernel/product/axis.ts"
import type { Lanes } from "./lanes.ts"
import type { ProductSpec, Tiles } from "./productSpec.ts"
import { commonSteps, type Step } from "./step.ts"
import type { TileShape } from "./tile.ts"
import type { TiledProduct, TilePlan } from "./tilePlan.ts"
import { dotShape, tileShape } from "./tileShape.ts"

/** A way to compute a product, and nearly how many cycles it takes. */
export interface Choice {
  readonly product: TiledProduct
  readonly plan: TilePlan
  readonly cycles: number
}

/** Steps of k that are summed at a time: a panel of B of so many lies in the first cache, a block of A in the second. */
const depth = 256
/** The same where sums along k stay in vectors, which read operands as they lie. */
const dotDepth = 1024
/** The same where B is read once, from outer caches: so many of its rows are then read side by side, from start to end. */
const streamDepth = 8
/** Bytes of B from which on that is better. */
const far = 96 * 1024
/** Bytes of a packed B from which on it is rather packed a panel at a time, for more rows at once. */
const large = 16 * 1024 * 1024
/** Bytes that an operand may spread over and is still read from the first cache. */
const near = 24 * 1024

/** Chooses how a product is computed, by its sizes and by how its operands lie. */
export const choosePlan = (lanes: Lanes, spec: ProductSpec): Choice => {
  const { m, k, n, rowStride } = spec
  const [rows, ofA, ofB, columns] = [spec.a.m, spec.a.k, spec.b.k, spec.b.n].map(mergedAxis) as [Axis, Axis, Axis, Axis]
  const straight: TiledProduct = {
    isSwapped: false,
    m,
    k,
    n,
    a: { m: rows, k: ofA },
    b: { k: ofB, n: columns },
    rowStride,
    columnStride: 1
  }
  const swapped: TiledProduct = {
    isSwapped: true,
    m: n,
    k,
    n: m,
    a: { m: columns, k: ofB },
    b: { k: ofA, n: rows },
    rowStride: 1,
    columnStride: rowStride
  }
  const engine: Tiles = { tall: spec.tall ?? false, wide: false }
  const choices = [
    inColumns(lanes, straight, engine),
    ...(spec.wide === true ? [inColumns(lanes, straight, { ...engine, wide: true })] : []),
    ...alongColumns(lanes, swapped, engine),
    ...alongDepth(lanes, straight, engine)
  ]
  return choices.reduce((best, choice) => (choice.cycles < best.cycles ? choice : best))
}

const spread = (axis: Axis): number => axis.reduce((sum, { size, stride }) => sum + (size - 1) * Math.abs(stride), 0)

/** Cycles for each element that is packed: copied in vectors, turned in registers, or picked one by one. */
const packingOf = (lanes: Lanes, across: Axis, along: Axis): number => {
  if (innermost(across).stride === 1 && evenRun(across, lanes.count) === lanes.count) return 0.5
  return innermost(along).stride === 1 ? 1 : 1.5
}

const isDirectA = (lanes: Lanes, { a, n }: TiledProduct, { rows, columns }: TileShape): boolean => {
  if (evenRun(a.m, rows) !== rows) return false
  if (Math.ceil(n / columns) <= 2 || spread(a.k) * lanes.bytes <= near) return true
  return innermost(a.k).stride === 1 && (n <= 128 || spread(a.k) <= 256)
}

const isDirectB = (lanes: Lanes, { b, m }: TiledProduct, { rows }: TileShape): boolean => {
  if (innermost(b.n).stride !== 1 || evenRun(b.n, lanes.count) !== lanes.count) return false
  return Math.ceil(m / rows) <= 2 || spread(b.k) * lanes.bytes <= near
}

/** Whether a direct B is so large, and the rows so few, that reading it is what takes time. */
const isStream = (lanes: Lanes, { m, k, n }: TiledProduct): boolean => m <= 3 && k * n * lanes.bytes >= far

/** Vectors of columns, whatever the layouts. */
const inColumns = (lanes: Lanes, product: TiledProduct, engine: Tiles): Choice => {
  const { m, k, n, a, b } = product
  const { shape, cycles } = tileShape(lanes, m, n, engine)
  const common = commonSteps(a.k, b.k)
  const isA = isDirectA(lanes, product, shape)
  // Joined vectors are whole, and are not where B ends as it lies.
  const isWhole = !engine.wide || n % shape.columns <= lanes.count
  const isB = common !== undefined && isWhole && isDirectB(lanes, product, shape)
  const isDirect = isA && isB
  const stream = isStream(lanes, product)
  const isBroken = isB && b.n.length > 1
  const isLarge = k * n * lanes.bytes >= large
  const isPanel = common !== undefined && (m <= 64 || isLarge)
  const plan: TilePlan = {
    vectors: "columns",
    shape,
    steps: common ?? ownSteps(a.k),
    a: isA ? "direct" : "packed",
    b: isB ? "direct" : isPanel ? "panel" : "packed",
    depth: isB && stream ? streamDepth : depth,
    rowBlock: Math.ceil((isLarge && !isB ? 256 : 64) / shape.rows) * shape.rows,
    isRowByRow: isDirect && k * n * lanes.bytes <= near,
    isWide: engine.wide,
    inlined: !engine.wide && (isBroken || (isDirect && (stream || m * n * k <= 65536)))
  }
  const packing = (isA ? 0 : m * k * packingOf(lanes, a.m, a.k)) + (isB ? 0 : k * n * packingOf(lanes, b.n, b.k))
  const calls = Math.ceil(m / shape.rows) * Math.ceil(n / shape.columns)
  const isPossible = !(engine.wide && isBroken)
  const all = k * cycles + packing + calls * (plan.inlined ? 5 : 15)
  return { product, plan, cycles: isPossible ? all : Number.POSITIVE_INFINITY }
}

/** The steps of A alone, where B has others and is packed. */
const ownSteps = (axis: Axis): ReadonlyArray<Step> =>
  axis.length === 0 ? [{ size: 1, a: 0, b: 0 }] : axis.map(({ size, stride }) => ({ size, a: stride, b: 0 }))

/** Vectors of the rows of C, where the columns are few. */
const alongColumns = (lanes: Lanes, product: TiledProduct, engine: Tiles): ReadonlyArray<Choice> => {
  const { m, k, n, a, b } = product
  const { shape, cycles } = tileShape(lanes, m, n, engine)
  const steps = commonSteps(a.k, b.k)
  if (steps === undefined || !isDirectB(lanes, product, shape) || !isDirectA(lanes, product, shape)) return []
  const rowBlock = Math.ceil(m / shape.rows) * shape.rows
  const plan: TilePlan = {
    vectors: "columns",
    shape,
    steps,
    a: "direct",
    b: "direct",
    depth: isStream(lanes, product) ? streamDepth : depth,
    rowBlock,
    isRowByRow: false,
    isWide: false,
    inlined: true
  }
  const storing = product.columnStride === 1 ? 0 : m * n
  return [{ product, plan, cycles: k * cycles + storing }]
}

/** Vectors along k, where both operands have neighbours there. */
const alongDepth = (lanes: Lanes, product: TiledProduct, engine: Tiles): ReadonlyArray<Choice> => {
  const { m, k, n, a, b } = product
  const steps = commonSteps(a.k, b.k)
  const inner = steps?.at(-1)
  if (steps === undefined || inner === undefined || inner.size < lanes.count || inner.a !== 1 || inner.b !== 1)
    return []
  const best = dotShape(
    m,
    n,
    engine,
    ({ rows, columns }) => evenRun(a.m, rows) === rows && evenRun(b.n, columns) === columns
  )
  if (best === undefined) return []
  const { shape, cycles } = best
  const rowBlock = Math.ceil(64 / shape.rows) * shape.rows
  const plan: TilePlan = {
    vectors: "k",
    shape,
    steps,
    a: "direct",
    b: "direct",
    depth: dotDepth,
    rowBlock,
    isRowByRow: false,
    isWide: false,
    inlined: true
  }
  const runs = (k / inner.size) * Math.ceil(inner.size / lanes.count)
  return [{ product, plan, cycles: 1.03 * runs * cycles + 2.5 * m * n }]
}
