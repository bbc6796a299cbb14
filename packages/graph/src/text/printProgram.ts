import { TensorType } from "@residual/core"
import type { Id } from "../graph.ts"
import type { Buffer, Place, Program, Region, Segment, Slot } from "../program.ts"
import { attributeText } from "./attributeText.ts"
import { nameText } from "./nodeText.ts"
import { graphLines } from "./print.ts"

/**
 * A program as text: its graph, what it does with slots, its regions in order, and where values live. `parseProgram`
 * reads it back.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { compile, printProgram } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.exp(input("x", [2])) } }, { claims: new Set() })
 * const text = Either.isRight(program) ? printProgram(program.right) : ""
 * text.includes("0 elementwise [2] nodes(%1) reads(%0) writes(%1)") // => true
 * ```
 */
export const printProgram = (program: Program): string => {
  const { graph, slots, slotGroups, regions, buffers, places, arenaBytes, peakBytes, hash } = program
  const lines = [
    `program ${hash} arena ${arenaBytes} peak ${peakBytes}`,
    ...graphLines(graph, ""),
    ...section("slots", slots.map(slotText)),
    ...section(
      "groups",
      slotGroups.map((names) => `(${names.map(nameText).join(", ")})`)
    ),
    ...section("regions", regions.flatMap(regionLines)),
    ...section("buffers", buffers.map(bufferText)),
    ...section(
      "places",
      [...places].map(([id, place]) => `%${id} ${placeText(place)}`)
    )
  ]
  return `${lines.join("\n")}\n`
}

const section = (name: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  `${name}:`,
  ...lines.map((line) => `  ${line}`)
]

const ids = (name: string, list: ReadonlyArray<Id>): string =>
  list.length === 0 ? "" : ` ${name}(${list.map((id) => `%${id}`).join(", ")})`

const slotText = ({ name, type, access, reads, updates, inPlace }: Slot): string =>
  [
    `${nameText(name)}: ${TensorType.print(type)} ${access}`,
    reads === undefined ? "" : ` reads %${reads}`,
    updates === undefined ? "" : ` updates %${updates}`,
    inPlace ? " inPlace" : ""
  ].join("")

const regionLines = (region: Region, at: number): ReadonlyArray<string> => {
  const { kind, space, axes, nodes, reads, writes, scalars, varying, segments } = region
  const walk = `[${space.join(",")}]${axes.length === 0 ? "" : ` axes [${axes.join(",")}]`}`
  const values = `${ids("nodes", nodes)}${ids("reads", reads)}${ids("writes", writes)}${ids("scalars", scalars)}`
  const differing = varying.length === 0 ? "" : ` varying [${varying.join(", ")}]`
  return [`${at} ${kind} ${walk}${values}${differing}`, ...segments.map(segmentText)]
}

const segmentText = ({ elements, nodes, reads, writes, attributes }: Segment): string => {
  const values = `${ids("nodes", nodes)}${ids("reads", reads)}${ids("writes", writes)}`
  return `  segment ${elements}${values}${attributes.length === 0 ? "" : ` attributes ${attributeText(attributes)}`}`
}

const bufferText = ({ offset, bytes, holds }: Buffer, at: number): string =>
  `${at} at ${offset} bytes ${bytes}${ids("holds", holds)}`

const placeText = (place: Place): string => {
  switch (place.in) {
    case "arena":
      return `arena ${place.buffer}`
    case "slot":
      return `slot ${nameText(place.slot)}`
    case "input":
      return `input ${nameText(place.name)}`
    case "constant":
      return "constant"
  }
}
