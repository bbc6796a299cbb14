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
import type { TileForm } from "./productForm.ts"
import type { RegionScratch } from "./regionScratch.ts"

/** How a product's tiles are written. */
export interface TileOptions {
  readonly form: TileForm
  /** Into how many parts the depth is cut; each stores sums of its own, one after the other. */
  readonly parts: number
  readonly scratch: RegionScratch
  /** Whether vectors may be read as such; elements one by one otherwise. */
  readonly vectors: boolean
}

/** An operand in a kernel: its matrix, where the batch starts, and its number among the kernel's values. */
interface Operand {
  readonly name: string
  readonly matrix: MatrixText
  readonly value: number
  readonly isVector: boolean
  readonly start: Index
  /** How many lines it has, and how many of them a workgroup and an invocation take. */
  readonly lines: number
  readonly linesTogether: number
  readonly ownLines: number
}

/** From which to which step along the depth a tile goes. */
interface Range {
  readonly first: string
  readonly last: string
}

const digits = (loops: ReadonlyArray<Loop>, index: Index): ReadonlyArray<Loop> =>
  [...loops].sort((a, b) => coefficientOf(index, b) - coefficientOf(index, a))

const counted = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)

/** A product and what is fused to it, tile by tile: each invocation keeps its sums in registers. */
export const tileKernel = (placed: ProductNest, { form, parts, scratch, vectors }: TileOptions): Kernel => {
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
  const [aVector, bVector] = [isVector(a, left.read), isVector(b, right.read)]
  const batchIndices = coordinates.slice(0, -2)
  const unit = Math.max(4, form.depth)
  const steps = Math.ceil(depth / parts / unit) * unit
  const range: Range = parts === 1 ? { first: "0", last: `${depth}` } : { first: "firstStep", last: "lastStep" }
  const operands = {
    a: {
      name: "a",
      matrix: a,
      isVector: aVector,
      value: values.read(left.read, "f32", aVector),
      start: batchOffset(left, batchIndices),
      lines: m,
      linesTogether: tileRows,
      ownLines: rows
    },
    b: {
      name: "b",
      matrix: b,
      isVector: bVector,
      value: values.read(right.read, "f32", bVector),
      start: batchOffset(right, batchIndices),
      lines: n,
      linesTogether: tileColumns,
      ownLines: columns
    }
  } satisfies Readonly<Record<"a" | "b", Operand>>
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
      `let ownRow = (thread / ${columnThreads}) * ${rows};`,
      `let ownColumn = (thread % ${columnThreads}) * ${columns};`,
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
          "let row = firstRow + ownRow + i;",
          "let column = firstColumn + ownColumn + j;",
          ...block(`if (row < ${m} && column < ${n})`, [
            `let element = sums[i * ${columns / 4} + j / 4][j % 4];`,
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
    functions,
    body
  }
}

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

/** The vector of an operand that starts at a line and a place along the depth, neither out of range. */
const vectorText = (access: ValueAccess, operand: Operand, line: string, depth: string): string => {
  const { matrix, value, name, isVector } = operand
  const at = (l: string, d: string): string => `${name}Start + ${matrix.place(l, d)}`
  if (isVector) return access.load(value, `(${at(line, depth)}) >> 2u`)
  const elements = [0, 1, 2, 3].map((step) =>
    access.load(
      value,
      step === 0
        ? at(line, depth)
        : matrix.isAlongDepth
          ? at(line, `(${depth} + ${step})`)
          : at(`min(${line} + ${step}, ${operand.lines - 1})`, depth)
    )
  )
  return `vec4<f32>(${elements.join(", ")})`
}

/** The last line that a vector may start at. */
const lastLine = ({ lines, matrix, isVector }: Operand): number =>
  matrix.isAlongDepth || !isVector ? lines - 1 : lines - 4

/** Multiplies fragments of four steps along the depth, of which some may be missing. */
const multiplyText = (
  form: TileForm,
  along: Readonly<Record<"a" | "b", boolean>>,
  steps: number
): ReadonlyArray<string> => {
  const { rows, columns } = form
  const lines: Array<string> = []
  for (const step of counted(steps)) {
    for (const block of counted(columns / 4)) {
      const parts = [0, 1, 2, 3].map((lane) => `b${4 * block + lane}[${step}]`)
      lines.push(`let w${step}_${block} = ${along.b ? `vec4<f32>(${parts.join(", ")})` : `b${step}_${block}`};`)
    }
    for (const row of counted(rows)) {
      const factor = along.a ? `a${row}[${step}]` : `a${step}_${row >> 2}[${row & 3}]`
      for (const block of counted(columns / 4)) {
        const sum = `sum${row * (columns / 4) + block}`
        lines.push(`${sum} = ${sum} + ${factor} * w${step}_${block};`)
      }
    }
  }
  return lines
}

/** Loads the fragments of an invocation: a vector for each of its lines, or for each step along the depth. */
const fragmentText = (
  operand: Operand,
  steps: number,
  vector: (line: string, depth: string) => string
): ReadonlyArray<string> => {
  const { name, ownLines, matrix } = operand
  if (matrix.isAlongDepth) return counted(ownLines).map((line) => `let ${name}${line} = ${vector(`${line}`, "0")};`)
  return counted(steps).flatMap((step) =>
    counted(ownLines / 4).map((four) => `let ${name}${step}_${four} = ${vector(`${4 * four}`, `${step}`)};`)
  )
}

/** Reads operands as they lie, four steps along the depth at a time. */
const directText = (
  access: ValueAccess,
  { a, b }: Readonly<Record<"a" | "b", Operand>>,
  form: TileForm,
  depth: number,
  { first, last }: Range
): ReadonlyArray<string> => {
  const along = { a: a.matrix.isAlongDepth, b: b.matrix.isAlongDepth }
  const lineNames = ({ name, ownLines, matrix }: Operand, first: string, own: string): ReadonlyArray<string> => {
    const operand = name === "a" ? a : b
    const step = matrix.isAlongDepth ? 1 : 4
    return counted(ownLines / step).map(
      (at) => `let ${name}Line${at * step} = min(${first} + ${own} + ${at * step}, ${lastLine(operand)});`
    )
  }
  const load =
    (operand: Operand) =>
    (line: string, step: string): string =>
      vectorText(access, operand, `${operand.name}Line${line}`, step === "0" ? "k" : `(k + ${step})`)
  // Only the last part may end within four steps.
  const rest = depth % 4
  const whole = rest === 0 ? last : last === `${depth}` ? `${depth - rest}` : `min(${last}, ${depth - rest})`
  const lines = [
    ...lineNames(a, "firstRow", "ownRow"),
    ...lineNames(b, "firstColumn", "ownColumn"),
    ...block(`for (var k = ${first}; k < ${whole}; k += 4)`, [
      ...fragmentText(a, 4, load(a)),
      ...fragmentText(b, 4, load(b)),
      ...multiplyText(form, along, 4)
    ])
  ]
  if (rest === 0) return lines
  // The last steps one by one: fragments along the depth would reach beyond it.
  const single =
    (operand: Operand) =>
    (line: string): string => {
      const own = `${operand.name}Line${operand.matrix.isAlongDepth ? line : 4 * (Number(line) >> 2)}`
      const place = operand.matrix.isAlongDepth
        ? operand.matrix.place(own, "k")
        : operand.matrix.place(
            Number(line) % 4 === 0 ? own : `min(${own} + ${Number(line) % 4}, ${operand.lines - 1})`,
            "k"
          )
      const index = `${operand.name}Start + ${place}`
      return operand.isVector
        ? `${access.load(operand.value, `(${index}) >> 2u`)}[(${index}) & 3]`
        : access.load(operand.value, index)
    }
  const lastSteps = [
    ...counted(b.ownLines / 4).map((four) => {
      const parts = [0, 1, 2, 3].map((lane) => single(b)(`${4 * four + lane}`))
      return `let w${four} = vec4<f32>(${parts.join(", ")});`
    }),
    ...counted(a.ownLines).flatMap((row) => [
      `let f${row} = ${single(a)(`${row}`)};`,
      ...counted(b.ownLines / 4).map((four) => {
        const sum = `sum${row * (b.ownLines / 4) + four}`
        return `${sum} = ${sum} + f${row} * w${four};`
      })
    ])
  ]
  return [...lines, ...block(`for (var k = ${depth - rest}; k < ${last}; k++)`, lastSteps)]
}

/** Copies tiles of the operands to shared memory, zeros beyond the depth, and multiplies them there. */
const sharedText = (
  access: ValueAccess,
  { a, b }: Readonly<Record<"a" | "b", Operand>>,
  form: TileForm,
  depth: number,
  threads: number,
  { first, last }: Range
): ReadonlyArray<string> => {
  const along = { a: a.matrix.isAlongDepth, b: b.matrix.isAlongDepth }
  const steps = form.depth
  const copy = (operand: Operand, first: string): ReadonlyArray<string> => {
    const { name, linesTogether, matrix } = operand
    const vectors = (linesTogether * steps) / 4
    const [line, step] = matrix.isAlongDepth
      ? [`at / ${steps / 4}`, `(at % ${steps / 4}) * 4`]
      : [`(at % ${linesTogether / 4}) * 4`, `at / ${linesTogether / 4}`]
    const text = vectorText(access, operand, "line", "step")
    const tail = depth % steps === 0 ? [] : tailText(operand, depth)
    return block(`for (var at = thread; at < ${vectors}; at += ${threads})`, [
      `let line = min(${first} + ${line}, ${lastLine(operand)});`,
      `let wantedStep = start + ${step};`,
      ...(tail.length === 0
        ? ["let step = wantedStep;", `${name}Tile[at] = ${text};`]
        : [
            `let step = min(wantedStep, ${depth - (matrix.isAlongDepth ? Math.min(4, depth) : 1)});`,
            ...tail.map((each) => each.replace("TEXT", text))
          ])
    ])
  }
  const load =
    (operand: Operand, own: string) =>
    (line: string, step: string): string =>
      operand.matrix.isAlongDepth
        ? `${operand.name}Tile[(${own} + ${line}) * ${steps / 4} + k / 4]`
        : `${operand.name}Tile[(k + ${step}) * ${operand.linesTogether / 4} + (${own} + ${line}) / 4]`
  return block(`for (var start = ${first}; start < ${last}; start += ${steps})`, [
    "workgroupBarrier();",
    ...copy(a, "firstRow"),
    ...copy(b, "firstColumn"),
    "workgroupBarrier();",
    ...block(`for (var k = 0; k < ${steps}; k += 4)`, [
      ...fragmentText(a, 4, load(a, "ownRow")),
      ...fragmentText(b, 4, load(b, "ownColumn")),
      ...multiplyText(form, along, 4)
    ])
  ])
}

/** Stores a vector of a tile whose steps may lie beyond the depth, where zeros stand instead. */
const tailText = ({ name, matrix }: Operand, depth: number): ReadonlyArray<string> => {
  if (!matrix.isAlongDepth) {
    return [`${name}Tile[at] = select(vec4<f32>(), TEXT, wantedStep < ${depth});`]
  }
  // A vector that reaches beyond the depth is read further in front, and moved.
  return [
    "let moved = wantedStep - step;",
    `let vector = TEXT;`,
    `${name}Tile[at] = vec4<f32>(${[0, 1, 2, 3]
      .map((lane) => `select(0.0f, vector[min(${lane} + moved, 3)], wantedStep + ${lane} < ${depth})`)
      .join(", ")});`
  ]
}
