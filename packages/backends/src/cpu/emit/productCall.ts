import { Shape } from "@residual/core"
import type { Graph, Id, ReadLayout, Region } from "@residual/graph"
import { coefficientOf, type Index, type Loop } from "../../kernel/indexExpression.ts"
import type { Nest, Store } from "../../kernel/nest.ts"
import type { Axis } from "../../kernel/product/axis.ts"
import { type ProductNest, plainNest, productNest } from "../../kernel/product/productNest.ts"
import { batchOffset, productShape } from "../../kernel/product/productShape.ts"
import { walkNests } from "../../kernel/regionNests.ts"
import { productKernel } from "../product/productKernel.ts"
import type { ProductKernel, ProductSpec, ProductType } from "../product/productSpec.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { call, counting } from "../wasm/control.ts"
import { functionOf, type MakeLocal, type WasmFunction } from "../wasm/function.ts"
import { i32, select } from "../wasm/instructions.ts"
import { bytesOf } from "./elementSource.ts"
import { type IndexSource, indexCode } from "./indexCode.ts"
import type { KernelCall, KernelContext } from "./kernels.ts"
import { nestCall, nestCost, operationsText } from "./nestCall.ts"
import { nestCode } from "./nestCode.ts"
import { nestKey, operandsOf } from "./nestKey.ts"
import type { VectorContext } from "./vectorOperation.ts"

/** Asks for memory for a value of which the plan knows nothing, since it passes between kernels of one region only. */
export type Workspace = (id: Id) => void

/** A product with its epilogue as kernels: one where the two go together, and otherwise one after the other. */
export const productCalls = (
  graph: Graph,
  region: Region,
  context: KernelContext,
  workspace: Workspace
): ReadonlyArray<KernelCall> => {
  const product = productShape(graph, region)
  const { dot } = product
  const together = productNest(graph, region, region.reads, product)
  if (together !== undefined) return [productCall(together, context)]
  if (!region.writes.includes(dot)) workspace(dot)
  const alone = plainNest(product, dot)
  if (alone === undefined) throw new Error(`the product %${dot} is not one row after the other`)
  const writes = region.writes.filter((id) => id !== dot)
  const after = writes.length === 0 ? [] : walkNests(graph, { ...region, writes }, [...region.reads, dot])
  return [productCall(alone, context), ...after.map((nest) => nestCall(nest, context))]
}

/** How a product is shared out between threads. */
type Split = "batch" | "rows" | "columns"

/** Everything that decides what a product's function does. */
interface Plan extends ProductNest {
  readonly spec: ProductSpec
  readonly multiplication: ProductKernel
  readonly split: Split
  readonly batches: number
  /** Whether rows of the product are stored as they are, without an epilogue. */
  readonly isDirect: boolean
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
}

const productCall = (placed: ProductNest, context: KernelContext): KernelCall => {
  const plan = planOf(placed, context)
  const { reads, writes, spec, multiplication, split, batches, product, coordinates, nest } = plan
  const positions = [product.left, product.right].map(({ read, layout }) => [reads.indexOf(read), layout])
  const key = JSON.stringify([spec, split, positions, coordinates.map(({ key }) => key), nest.kept])
  const kernel = context.once(`product ${key} ${nestKey(nest, plan)}`, () => productFunction(plan, context))
  const temporary = plan.isDirect ? 0 : Math.min(multiplication.rowBlock, spec.m) * spec.n * bytesOf(product.dtype)
  const sizes = [...(batches === 1 ? [] : [batches]), spec.m, spec.n, spec.k].join("x")
  return {
    name: `product ${sizes}${operationsText(nest)}`,
    kernel,
    reads,
    writes,
    pieces: split === "batch" ? batches : split === "rows" ? spec.m : spec.n,
    isShared: true,
    unit: split === "batch" ? 1 : split === "rows" ? multiplication.rowUnit : multiplication.columnUnit,
    scratchBytes: multiplication.packedBytes + multiplication.scratchBytes + Math.ceil(temporary / 64) * 64,
    cost: batches * spec.m * spec.n * Math.max(1, spec.k) * 0.05 + (plan.isDirect ? 0 : nestCost(nest))
  }
}

const planOf = (placed: ProductNest, context: KernelContext): Plan => {
  const { product, nest, rows, columns } = placed
  const { shape, depth, left, right } = product
  const [m, n] = shape.slice(-2) as [number, number]
  const batches = Shape.size(shape.slice(0, -2))
  const isDirect = storesRows(nest, rows, columns)
  const axisOf = ({ layout }: ReadLayout, at: number): Axis => layout.axes.at(at) as Axis
  const spec: ProductSpec = {
    dtype: product.dtype as ProductType,
    m,
    k: depth,
    n,
    a: { m: axisOf(left, -2), k: axisOf(left, -1) },
    b: { k: axisOf(right, -2), n: axisOf(right, -1) },
    rowStride: isDirect ? rowStrideOf(nest, rows, n) : n,
    fused: context.fused,
    ...context.tiles
  }
  const mayCutColumns = isDirect || columns.length === 1
  const split: Split =
    batches >= 4 || (batches > 1 && m * n < 4096) ? "batch" : m >= n || !mayCutColumns ? "rows" : "columns"
  const operands = operandsOf(nest)
  return {
    ...placed,
    spec,
    multiplication: context.once(`multiply ${JSON.stringify(spec)}`, () => productKernel(spec)),
    split,
    batches,
    isDirect,
    reads: [...new Set([left.read, right.read, ...operands.reads])],
    writes: operands.writes
  }
}

const onlyStore = (nest: Nest): Store | undefined => {
  const [store, ...others] = nest.passes.flatMap((pass) => pass.stores)
  return others.length === 0 ? store : undefined
}

/** Whether a nest stores the product and nothing else, its columns side by side. */
const storesRows = (nest: Nest, rows: ReadonlyArray<Loop>, columns: ReadonlyArray<Loop>): boolean => {
  const store = onlyStore(nest)
  if (store === undefined || store.element.kind !== "product" || rows.length > 1 || columns.length > 1) return false
  const isPlain = store.place.terms.every(({ atom }) => atom.kind === "loop")
  return isPlain && columns.every((loop) => coefficientOf(store.place, loop) === 1)
}

const rowStrideOf = (nest: Nest, [row]: ReadonlyArray<Loop>, columns: number): number =>
  row === undefined ? columns : coefficientOf((onlyStore(nest) as Store).place, row)

const productFunction = (plan: Plan, context: KernelContext): WasmFunction => {
  const { reads, writes } = plan
  const types = [...reads, ...writes, "scratch", "from", "to"].map(() => "i32" as const)
  return functionOf(types, [], (params, local) => {
    const [scratch, from, to] = params.slice(-3) as [Local, Local, Local]
    const pointer = (id: Id, access: "read" | "write"): Local =>
      params[access === "read" ? reads.indexOf(id) : reads.length + writes.indexOf(id)] as Local
    const { context: vector, before } = context.vector(local)
    return sequence(before, productCode(plan, context, { local, vector, pointer, scratch, from, to }))
  })
}

interface Parameters {
  readonly local: MakeLocal
  readonly vector: VectorContext
  readonly pointer: (id: Id, access: "read" | "write") => Local
  readonly scratch: Local
  readonly from: Local
  readonly to: Local
}

const productCode = (plan: Plan, context: KernelContext, parameters: Parameters): Code => {
  const { spec, multiplication, split, batches, isDirect, product, nest, coordinates, batch, rows, columns } = plan
  const { local, vector, pointer, scratch, from, to } = parameters
  const bytes = bytesOf(product.dtype)
  const rank = coordinates.length - 2
  const [m, n] = [spec.m, spec.n]
  const own = scratch
  const packed = local("i32")
  const inner = local("i32")
  const temporary = local("i32")
  const [a, b, flat] = [local("i32"), local("i32"), local("i32")]
  const counters = new Map<Loop, Local>([...batch, ...rows].map((loop) => [loop, local("i32")]))
  const source: IndexSource = {
    loop: (loop) => get(counters.get(loop) as Local),
    computed: () => {
      throw new Error("a product's operands lie at computed places")
    }
  }
  const rangeOf = (what: Split, size: number): { readonly from: Code; readonly to: Code } =>
    split === what ? { from: get(from), to: get(to) } : { from: i32.constant(0), to: i32.constant(size) }
  const rowRange = rangeOf("rows", m)
  const columnRange = rangeOf("columns", n)
  const batchRange = rangeOf("batch", batches)
  const start = ({ read, layout }: ReadLayout): Code => {
    const offset = batchOffset({ read, layout }, coordinates.slice(0, rank))
    return i32.add(get(pointer(read, "read")), indexCode(offset, source, bytes))
  }
  const multiply = (target: Code, rowFrom: Code, rowTo: Code): Code =>
    call(
      multiplication.multiply,
      get(a),
      get(b),
      get(packed),
      target,
      get(inner),
      rowFrom,
      rowTo,
      columnRange.from,
      columnRange.to
    )
  const columnStart = i32.mul(columnRange.from, i32.constant(bytes))

  const direct = (): Code => {
    const store = onlyStore(nest) as Store
    const isBatch = ({ atom }: Index["terms"][number]): boolean => atom.kind === "loop" && batch.includes(atom.loop)
    const fixed: Index = { ...store.place, terms: store.place.terms.filter(isBatch) }
    const base = i32.add(get(pointer(store.id, "write")), indexCode(fixed, source, bytes))
    const rowStart = i32.mul(rowRange.from, i32.constant(spec.rowStride * bytes))
    return multiply(i32.add(i32.add(base, rowStart), columnStart), rowRange.from, rowRange.to)
  }

  const followed = (): Code => {
    const [blockFrom, blockTo, row, productRow] = [local("i32"), local("i32"), local("i32"), local("i32")]
    const block = multiplication.rowBlock
    const rowIndex = coordinates[rank] as Index
    const digits = rows.map((loop) =>
      set(counters.get(loop) as Local, digit(row, coefficientOf(rowIndex, loop), loop, m))
    )
    const isCut = split === "columns"
    const [first, last] = [local("i32"), local("i32")]
    const epilogue = nestCode(
      { ...nest, kept: columns },
      {
        local,
        scalar: context.scalar(local),
        vector,
        random: context.random,
        pointer,
        productRow,
        outside: counters,
        ...(isCut ? { range: { from: first, to: last } } : {})
      }
    )
    const eachRow = sequence(...digits, epilogue, set(productRow, i32.add(get(productRow), i32.constant(n * bytes))))
    return sequence(
      isCut ? sequence(set(first, columnRange.from), set(last, columnRange.to)) : nothing,
      counting(
        blockFrom,
        rowRange.from,
        rowRange.to,
        block,
        sequence(
          set(blockTo, i32.add(get(blockFrom), i32.constant(block))),
          set(blockTo, select(rowRange.to, get(blockTo), i32.lessSigned(rowRange.to, get(blockTo)))),
          multiply(i32.add(get(temporary), columnStart), get(blockFrom), get(blockTo)),
          set(productRow, get(temporary)),
          counting(row, get(blockFrom), get(blockTo), 1, eachRow)
        )
      )
    )
  }

  let weight = batches
  const batchDigits = batch.map((loop) => {
    weight /= loop.size
    return set(counters.get(loop) as Local, digit(flat, weight, loop, batches))
  })
  const { pack, packedBytes, scratchBytes } = multiplication
  return sequence(
    set(packed, get(own)),
    set(inner, i32.add(get(own), i32.constant(packedBytes))),
    set(temporary, i32.add(get(inner), i32.constant(scratchBytes))),
    counting(
      flat,
      batchRange.from,
      batchRange.to,
      1,
      sequence(
        ...batchDigits,
        set(a, start(product.left)),
        set(b, start(product.right)),
        pack === undefined ? nothing : call(pack, get(b), get(packed), columnRange.from, columnRange.to),
        isDirect ? direct() : followed()
      )
    )
  )
}

/** A digit of a number below `total`, as a loop counts it. */
const digit = (number: Local, weight: number, { size }: Loop, total: number): Code => {
  const above = weight === 1 ? get(number) : i32.divUnsigned(get(number), i32.constant(weight))
  return weight * size === total ? above : i32.remUnsigned(above, i32.constant(size))
}
