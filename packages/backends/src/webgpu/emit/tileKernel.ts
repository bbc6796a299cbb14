import { Shape } from "@residual/core"
import type { Element } from "../../kernel/element.ts"
import { coefficientOf, type Index, type Loop } from "../../kernel/indexExpression.ts"
import { rootsOf } from "../../kernel/nest.ts"
import type { Axis } from "../../kernel/product/axis.ts"
import type { ProductNest } from "../../kernel/product/productNest.ts"
import { batchOffset } from "../../kernel/product/productShape.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import type { Kernel, SharedMemory, ValueAccess } from "../wgsl/kernel.ts"
import { elementTexts, type Known } from "./elementText.ts"
import { indexText } from "./indexText.ts"
import { kernelValues, unwritten } from "./kernelValues.ts"
import { block, counterNames, countersText } from "./loopText.ts"
import { type MatrixText, matrixText } from "./operandText.ts"
import { partSteps, type TileForm } from "./productForm.ts"
import type { RegionScratch } from "./regionScratch.ts"
import { counted, directText, halfName, type Operand, type Range, sharedText } from "./tileText.ts"

/** How a product's tiles are written. */
export interface TileOptions {
  readonly form: TileForm
  /** Into how many parts the depth is cut; each stores sums of its own, one after the other. */
  readonly parts: number
  readonly scratch: RegionScratch
  /** Whether vectors may be read as such; elements one by one otherwise. */
  readonly vectors: boolean
  /** Whether invocations of a subgroup may hand each other numbers. */
  readonly subgroups: boolean
}

const digits = (loops: ReadonlyArray<Loop>, index: Index): ReadonlyArray<Loop> =>
  [...loops].sort((a, b) => coefficientOf(index, b) - coefficientOf(index, a))

/** A product and what is fused to it, tile by tile: each invocation keeps its sums in registers. */
export const tileKernel = (placed: ProductNest, { form, parts, scratch, vectors, subgroups }: TileOptions): Kernel => {
  const { product, nest, coordinates, batch, rows: rowLoops, columns: columnLoops } = placed
  const { shape, depth, left, right } = product
  const [m, n] = shape.slice(-2) as [number, number]
  const batches = Shape.size(shape.slice(0, -2))
  const { rows, columns, rowThreads, columnThreads } = form
  const threads = rowThreads * columnThreads
  const [tileRows, tileColumns] = [rows * rowThreads, columns * columnThreads]
  const [rowTiles, columnTiles] = [Math.ceil(m / tileRows), Math.ceil(n / tileColumns)]
  const axisOf = (at: number, { layout }: typeof left): Axis => layout.axes.at(at) as Axis
  const a = matrixText(left, axisOf(-2, left), axisOf(-1, left))
  const b = matrixText(right, axisOf(-1, right), axisOf(-2, right))
  const loaded = new Map<number, Element>()
  const stored = new Set<number>()
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "load") loaded.set(element.read, element)
  })
  for (const { id } of nest.passes.flatMap((pass) => pass.stores)) stored.add(id)
  const values = kernelValues(scratch)
  const isAlone = (read: number): boolean => !loaded.has(read) && !stored.has(read)
  const bothVectors = left.read !== right.read || (a.isVector && b.isVector)
  const isVector = ({ isVector }: MatrixText, read: number): boolean =>
    vectors && isVector && isAlone(read) && bothVectors
  // Two by two invocations of a tile are a quad, of which each two need the same rows, or the same columns.
  const mayBeHalved = subgroups && form.depth === 0 && rowThreads % 2 === 0 && columnThreads % 2 === 0
  const batchIndices = coordinates.slice(0, -2)
  const steps = partSteps(depth, parts, form)
  const range: Range = parts === 1 ? { first: "0", last: `${depth}` } : { first: "firstStep", last: "lastStep" }
  const operandOf = (
    matrix: MatrixText,
    layout: typeof left,
    own: Pick<Operand, "name" | "lines" | "linesTogether" | "ownLines"> & { readonly swap: "quadSwapX" | "quadSwapY" }
  ): Operand => {
    const byVectors = isVector(matrix, layout.read)
    // What is read where it lies, and by elements, needs none that are neighbours.
    const isAlongDepth = matrix.isAlongDepth && (byVectors || form.depth > 0)
    const isHalved = mayBeHalved && (own.ownLines / (isAlongDepth ? 1 : 4)) % 2 === 0
    return {
      ...own,
      matrix: { ...matrix, isAlongDepth },
      isVector: byVectors,
      value: values.read(layout.read, "f32", byVectors),
      start: batchOffset(layout, batchIndices),
      swap: isHalved ? own.swap : undefined
    }
  }
  const operands = {
    a: operandOf(a, left, { name: "a", lines: m, linesTogether: tileRows, ownLines: rows, swap: "quadSwapX" }),
    b: operandOf(b, right, { name: "b", lines: n, linesTogether: tileColumns, ownLines: columns, swap: "quadSwapY" })
  }
  for (const [read, { dtype }] of loaded) values.read(read, dtype)
  for (const { id, element } of nest.passes.flatMap((pass) => pass.stores)) values.write(id, element.dtype)
  const functions = new Set<string>()
  const nameOf = counterNames(nest.kept, [])

  const body = (access: ValueAccess): string => {
    let variables = 0
    const texts = elementTexts(rootsOf(nest), {
      loop: nameOf,
      load: (element, index) => access.load(values.read(element.read, element.dtype), index),
      product: () => "element",
      functions,
      fresh: () => `e${variables++}`
    })
    const names = {
      loop: nameOf,
      computed: () => {
        throw new Error("a batch of a product is not computed")
      }
    }
    const known: Known = new Map()
    const stores = nest.passes.flatMap((pass) => pass.stores)
    const epilogue = [
      ...countersText(digits(rowLoops, coordinates.at(-2) as Index), "row", nameOf),
      ...countersText(digits(columnLoops, coordinates.at(-1) as Index), "column", nameOf),
      ...texts.compute(
        stores.map(({ element }) => element),
        known
      ),
      ...stores.map(({ id, place, element }) =>
        access.store(
          values.write(id, element.dtype),
          `${parts === 1 ? "" : `part * ${Shape.size(shape)} + `}${texts.index(place, known)}`,
          texts.text(element, known)
        )
      )
    ]
    const perBatch = rowTiles * columnTiles
    const batchLoops = batch
    const all = parts === 1 ? "group" : "inPart"
    const lines = [
      ...(parts === 1
        ? []
        : [
            `let part = group / ${batches * perBatch};`,
            `let inPart = group % ${batches * perBatch};`,
            `let firstStep = part * ${steps};`,
            `let lastStep = min(${depth}, firstStep + ${steps});`
          ]),
      ...(batches === 1 ? [] : countersText(orderedBatch(batchLoops, batchIndices), `${all} / ${perBatch}`, nameOf)),
      `let tile = ${batches === 1 ? all : `${all} % ${perBatch}`};`,
      `let firstRow = (tile / ${columnTiles}) * ${tileRows};`,
      `let firstColumn = (tile % ${columnTiles}) * ${tileColumns};`,
      ...placeText(form, operands),
      `let aStart = ${indexText(operands.a.start, names)};`,
      `let bStart = ${indexText(operands.b.start, names)};`,
      ...counted((rows * columns) / 4).map((at) => `var sum${at}: vec4<f32>;`),
      ...(form.depth === 0
        ? directText(access, operands, form, depth, range)
        : sharedText(access, operands, form, depth, threads, range)),
      // Only what follows asks for sums by their number, which registers do not have.
      `var sums = array<vec4<f32>, ${(rows * columns) / 4}>(${counted((rows * columns) / 4)
        .map((at) => `sum${at}`)
        .join(", ")});`,
      ...block(
        `for (var i = 0; i < ${rows}; i++)`,
        block(`for (var j = 0; j < ${columns}; j++)`, [
          `let row = firstRow + ownRow + ${lineText(operands.a, "i")};`,
          `let column = firstColumn + ownColumn + ${lineText(operands.b, "j")};`,
          ...block(`if (row < ${m} && column < ${n})`, [
            `let element = sums[i * ${columns / 4} + (j >> 2u)][j & 3];`,
            ...epilogue
          ])
        ])
      )
    ]
    return lines.join("\n")
  }
  body(unwritten)
  const shared: ReadonlyArray<SharedMemory> =
    form.depth === 0
      ? []
      : [operands.a, operands.b].map(({ name, linesTogether }) => ({
          name: `${name}Tile`,
          type: `array<vec4<f32>, ${(linesTogether * form.depth) / 4}>`,
          bytes: 4 * linesTogether * form.depth
        }))
  return {
    name: `matmul ${tileRows}x${tileColumns}${form.depth === 0 ? "" : ` by ${form.depth}`}`,
    values: values.all(),
    threads,
    groups: parts * batches * rowTiles * columnTiles,
    shared,
    ...(isHalved(operands) ? { usesSubgroups: true } : {}),
    mayReadSizes: true,
    functions,
    body
  }
}

type Operands = Readonly<Record<"a" | "b", Operand>>

const isHalved = ({ a, b }: Operands): boolean => a.swap !== undefined || b.swap !== undefined

/** Which rows and columns of its workgroup's tile an invocation has, and which of them it reads where neighbours share them. */
const placeText = ({ rows, columns, columnThreads }: TileForm, { a, b }: Operands): ReadonlyArray<string> => {
  if (!isHalved({ a, b })) {
    return [
      `let ownRow = (thread / ${columnThreads}) * ${rows};`,
      `let ownColumn = (thread % ${columnThreads}) * ${columns};`
    ]
  }
  return [
    "let quad = thread >> 2u;",
    "let rowInQuad = (thread >> 1u) & 1;",
    "let columnInQuad = thread & 1;",
    `let ownRow = (quad / ${columnThreads / 2} * 2 + rowInQuad) * ${rows};`,
    `let ownColumn = (quad % ${columnThreads / 2} * 2 + columnInQuad) * ${columns};`,
    ...(a.swap === undefined ? [] : [`let ${halfName(a)} = columnInQuad * ${rows / 2};`]),
    ...(b.swap === undefined ? [] : [`let ${halfName(b)} = rowInQuad * ${columns / 2};`])
  ]
}

/** Which of an invocation's lines comes at a place: what it reads itself comes first. */
const lineText = (operand: Operand, at: string): string =>
  operand.swap === undefined ? at : `(${at} ^ ${halfName(operand)})`

/** The counters of batches from the outermost on: in the order in which the coordinates of the product count them. */
const orderedBatch = (loops: ReadonlyArray<Loop>, coordinates: ReadonlyArray<Index>): ReadonlyArray<Loop> => {
  const rank = (loop: Loop): number => coordinates.findIndex((index) => coefficientOf(index, loop) !== 0)
  return [...loops].sort((p, q) => {
    const [at, other] = [rank(p), rank(q)]
    if (at !== other) return at - other
    const index = coordinates[at]
    return index === undefined ? 0 : coefficientOf(index, q) - coefficientOf(index, p)
  })
}
