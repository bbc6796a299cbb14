import * as Either from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { inputsOf } from "../allocate/inputsOf.ts"
import type { CompileError } from "../compileError.ts"
import type { Id } from "../graph.ts"
import type { Buffer, Place, Program, Region, RegionKind, Segment, Slot } from "../program.ts"
import { verify } from "../verify/verify.ts"
import { verifyProgram } from "../verify/verifyProgram.ts"
import { type Lines, linesOf, orCompileError } from "./lines.ts"
import { readGraph } from "./parse.ts"
import { type Reader, reader } from "./reader.ts"

/**
 * Reads the text of a program, as `printProgram` writes it, and verifies it. Fails with the line and column where the
 * text is none, and with the first defect of its graph or plan.
 *
 * ```ts
 * import { parseProgram } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const result = parseProgram("%0: f32[] = iota()")
 * Either.isLeft(result) && result.left.message // => 'parse: line 1, column 1: expected "program", found "%0: f32[] = iota()"'
 * ```
 */
export const parseProgram = (text: string): Either.Either<CompileError, Program> =>
  pipe(
    orCompileError(() => {
      const lines = linesOf(text)
      const program = readProgram(lines)
      return lines.next === undefined ? program : lines.fail("the end of the text")
    }),
    Either.chain((program) => Either.map(() => program)(verify(program.graph, "parse"))),
    Either.chain(verifyProgram)
  )

const readProgram = (lines: Lines): Program => {
  const head = reader(lines.take(), lines.number)
  head.expect("program")
  const hash = head.name()
  const arenaBytes = labelled(head, "arena")
  const peakBytes = labelled(head, "peak")
  head.end()
  const graph = readGraph(lines, "")
  const slots = section(lines, "slots", readSlot)
  const slotGroups = section(lines, "groups", (read) => {
    read.expect("(")
    return read.list(read.name, ")")
  })
  const regions = readRegions(lines)
  const buffers = section(lines, "buffers", readBuffer)
  const places = new Map(section(lines, "places", (read) => [read.id(), readPlace(read)] as const))
  const inputs = inputsOf(graph)
  return {
    graph,
    inputs,
    slots,
    slotGroups,
    outputs: graph.outputs,
    regions,
    buffers,
    places,
    arenaBytes,
    peakBytes,
    hash
  }
}

const labelled = (read: Reader, label: string): number => {
  read.expect(label)
  return read.integer()
}

const header = (lines: Lines, name: string): void => {
  if (lines.next !== `${name}:`) lines.fail(`"${name}:"`)
  lines.take()
}

const isInside = (lines: Lines, indent: string): boolean => lines.next?.startsWith(indent) === true

const section = <A>(lines: Lines, name: string, item: (read: Reader, at: number) => A): ReadonlyArray<A> => {
  header(lines, name)
  const items: Array<A> = []
  while (isInside(lines, "  ")) {
    const line = lines.take()
    const read = reader(line, lines.number)
    items.push(item(read, items.length))
    read.end()
  }
  return items
}

const ids = (read: Reader, name: string): ReadonlyArray<Id> => (read.skip(`${name}(`) ? read.list(read.id, ")") : [])

const numbers = (read: Reader): ReadonlyArray<number> => {
  read.expect("[")
  return read.list(read.integer, "]")
}

const readSlot = (read: Reader): Slot => {
  const name = read.name()
  read.expect(":")
  const type = read.type()
  const access = read.word(["read", "write", "donated"])
  const reads = read.skip("reads") ? read.id() : undefined
  const updates = read.skip("updates") ? read.id() : undefined
  return {
    name,
    type,
    access,
    ...(reads === undefined ? {} : { reads }),
    ...(updates === undefined ? {} : { updates }),
    inPlace: read.skip("inPlace")
  }
}

const kinds: ReadonlyArray<RegionKind> = [
  "elementwise",
  "reduction",
  "product",
  "gather",
  "scatter",
  "random",
  "movement",
  "scanning",
  "claimed",
  "loop",
  "multiTensor"
]

const readRegions = (lines: Lines): ReadonlyArray<Region> => {
  header(lines, "regions")
  const regions: Array<Region> = []
  while (isInside(lines, "  ")) {
    const line = lines.take()
    const read = reader(line, lines.number)
    read.expect(`${regions.length} `)
    const kind = read.word(kinds)
    const space = numbers(read)
    const axes = read.skip("axes") ? numbers(read) : []
    const nodes = ids(read, "nodes")
    const reads = ids(read, "reads")
    const writes = ids(read, "writes")
    const scalars = ids(read, "scalars")
    const varying = read.skip("varying") ? numbers(read) : []
    read.end()
    const segments: Array<Segment> = []
    while (isInside(lines, "    segment")) segments.push(readSegment(lines))
    regions.push({ kind, space, axes, nodes, reads, writes, scalars, varying, segments })
  }
  return regions
}

const readSegment = (lines: Lines): Segment => {
  const line = lines.take()
  const read = reader(line, lines.number)
  const elements = labelled(read, "segment")
  const nodes = ids(read, "nodes")
  const reads = ids(read, "reads")
  const writes = ids(read, "writes")
  const attributes = read.skip("attributes") ? (read.value() as ReadonlyArray<number>) : []
  read.end()
  return { elements, nodes, reads, writes, attributes }
}

const readBuffer = (read: Reader, at: number): Buffer => {
  read.expect(`${at} `)
  const offset = labelled(read, "at")
  return { offset, bytes: labelled(read, "bytes"), holds: ids(read, "holds") }
}

const readPlace = (read: Reader): Place => {
  const place = read.word(["arena", "slot", "input", "constant"])
  switch (place) {
    case "arena":
      return { in: place, buffer: read.integer() }
    case "slot":
      return { in: place, slot: read.name() }
    case "input":
      return { in: place, name: read.name() }
    case "constant":
      return { in: place }
  }
}
