import type { Index } from "../../kernel/indexExpression.ts"
import type { ValueAccess } from "../wgsl/kernel.ts"
import { block } from "./loopText.ts"
import type { MatrixText } from "./operandText.ts"
import type { TileForm } from "./productForm.ts"

/** An operand in a kernel: its matrix, where the batch starts, and its number among the kernel's values. */
export interface Operand {
  readonly name: string
  readonly matrix: MatrixText
  readonly value: number
  readonly isVector: boolean
  readonly start: Index
  /** How many lines it has, and how many of them a workgroup and an invocation take. */
  readonly lines: number
  readonly linesTogether: number
  readonly ownLines: number
  /** How an invocation comes to the half of its lines that a neighbour reads, where it does not read all of them. */
  readonly swap: "quadSwapX" | "quadSwapY" | undefined
}

/** Where the half of its lines starts that an invocation reads of an operand, among its lines. */
export const halfName = ({ name }: Operand): string => `${name}Half`

/** From which to which step along the depth a tile goes. */
export interface Range {
  readonly first: string
  readonly last: string
}

/** The numbers below one. */
export const counted = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at)

/** The vector of an operand at a line and a step along the depth, for copies: neither is out of range. */
const vectorText = (access: ValueAccess, operand: Operand, line: string, step: string): string => {
  const { matrix, value, name, isVector, lines } = operand
  const at = (l: string, d: string): string => `${name}Start + ${matrix.across(l)} + ${matrix.along(d)}`
  if (isVector) return access.load(value, `(${at(line, step)}) >> 2u`)
  const elements = [0, 1, 2, 3].map((offset) =>
    access.load(
      value,
      offset === 0
        ? at(line, step)
        : matrix.isAlongDepth
          ? at(line, `(${step} + ${offset})`)
          : at(`min(${line} + ${offset}, ${lines - 1})`, step)
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

/** Lines of an invocation that it reads. */
const readLines = ({ ownLines, swap }: Operand): number => (swap === undefined ? ownLines : ownLines / 2)

/**
 * Loads the fragments of an invocation: a vector for each of its lines, or for each step along the depth. What a neighbour
 * reads comes after what it reads itself, so that their lines are in another order than its neighbour's.
 */
const fragmentText = (
  operand: Operand,
  steps: number,
  vector: (line: string, depth: string) => string
): ReadonlyArray<string> => {
  const { name, ownLines, matrix, swap } = operand
  const by = matrix.isAlongDepth ? 1 : 4
  const read = readLines(operand) / by
  return counted(matrix.isAlongDepth ? 1 : steps).flatMap((step) => {
    const named = (at: number): string => (matrix.isAlongDepth ? `${name}${at}` : `${name}${step}_${at}`)
    return counted(ownLines / by).map((at) => {
      const text = at < read ? vector(`${by * at}`, `${step}`) : `${swap}(${named(at - read)})`
      return `let ${named(at)} = ${text};`
    })
  })
}

/** Where the lines start that an invocation reads, each once: those of vectors across lines by fours. */
const linesText = (operand: Operand, first: string): ReadonlyArray<string> => {
  const { name, matrix, isVector, swap } = operand
  const by = matrix.isAlongDepth || !isVector ? 1 : 4
  const start = swap === undefined ? first : `${first} + ${halfName(operand)}`
  return counted(readLines(operand) / by).map((at) => {
    const line = `min(${start} + ${at * by}, ${lastLine(operand)})`
    return `let ${name}Line${at * by} = ${name}Start + ${matrix.across(line)};`
  })
}

/** Where steps along the depth lie, from `k` on, each once for all lines. */
const stepsText = ({ name, matrix }: Operand, steps: number): ReadonlyArray<string> =>
  counted(matrix.isAlongDepth ? 1 : steps).map(
    (step) => `let ${name}Step${step} = ${matrix.along(step === 0 ? "k" : `(k + ${step})`)};`
  )

/** A vector of an invocation's: along the depth at a line, or across lines at a step. */
const ownVector =
  (access: ValueAccess, { name, value, isVector }: Operand) =>
  (line: string, step: string): string => {
    const at = (l: number, s: number): string => `${name}Line${l} + ${name}Step${s}`
    const [l, s] = [Number(line), Number(step)]
    if (isVector) return access.load(value, `(${at(l, s)}) >> 2u`)
    const elements = counted(4).map((offset) => access.load(value, at(l + offset, s)))
    return `vec4<f32>(${elements.join(", ")})`
  }

/**
 * Reads operands as they lie, some steps along the depth at a time: as many as the vectors along it have, which are whole,
 * since its size is then a multiple of theirs.
 */
export const directText = (
  access: ValueAccess,
  { a, b }: Readonly<Record<"a" | "b", Operand>>,
  form: TileForm,
  depth: number,
  { first, last }: Range
): ReadonlyArray<string> => {
  const along = { a: a.matrix.isAlongDepth, b: b.matrix.isAlongDepth }
  // Where there are none, fewer steps at once make a shorter kernel.
  const steps = along.a || along.b ? 4 : depth % 2 === 0 ? 2 : 1
  return [
    ...linesText(a, "firstRow + ownRow"),
    ...linesText(b, "firstColumn + ownColumn"),
    ...block(`for (var k = ${first}; k < ${last}; k += ${steps})`, [
      ...stepsText(a, steps),
      ...stepsText(b, steps),
      ...fragmentText(a, steps, ownVector(access, a)),
      ...fragmentText(b, steps, ownVector(access, b)),
      ...multiplyText(form, along, steps)
    ])
  ]
}

/** Copies tiles of the operands to shared memory, zeros beyond the depth, and multiplies them there. */
export const sharedText = (
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
