import { TensorType } from "@residual/core"
import type { Extent } from "./extent.ts"
import type { NonFiniteReport, OpSource, SourcedValue, ValueSource } from "./nonFiniteReport.ts"

/**
 * A report as text: a line for the value that was not finite first, and one for each operand of the op that made it.
 *
 * ```ts
 * import { renderReport } from "@residual/train"
 * renderReport({
 *   device: "cpu",
 *   value: {
 *     source: { kind: "input", name: "pixels" },
 *     extent: { type: { dtype: "f32", shape: [4, 2] }, range: [0, 1], nan: 1, infinite: 0, first: [3, 0] }
 *   },
 *   operands: [],
 *   batch: { number: 2, of: 4 }
 * })
 * // => "in batch 2 of 4: the batch's `pixels` holds NaN at row 3 (f32[4,2]: 1 of 8 NaN, first at [3, 0], else 0 to 1)"
 * ```
 */
export const renderReport = ({ value, operands, batch }: NonFiniteReport): string => {
  const where = batch === undefined ? "" : `in batch ${batch.number} of ${batch.of}: `
  return [`${where}${valueText(value)}`, ...operands.map(operandText)].join("\n")
}

const valueText = ({ source, extent }: SourcedValue): string => {
  const what = extent.nan > 0 ? "NaN" : "infinity"
  const became = extent.nan > 0 ? "NaN" : "infinite"
  if (source.kind === "op")
    return `${passNames[source.pass]} became ${became} in ${opText(source)} (${extentText(extent)})`
  const row = source.kind === "input" && extent.first?.[0] !== undefined ? ` at row ${extent.first[0]}` : ""
  return `${sourceText(source)} holds ${what}${row} (${extentText(extent)})`
}

const operandText = ({ source, extent }: SourcedValue, at: number): string =>
  `  operand ${at + 1} is ${sourceText(source)} (${extentText(extent)})`

const passNames = { forward: "the forward pass", backward: "the backward pass", update: "the update" } as const

const sourceText = (source: ValueSource): string => {
  switch (source.kind) {
    case "input":
      return `the batch's \`${source.name}\``
    case "constant":
      return "a constant"
    case "op":
      return `what ${opText(source)} gave`
    default:
      return `the ${source.kind} \`${source.name}\``
  }
}

const opText = ({ op, within, path, of }: OpSource): string =>
  [
    `\`${op}\``,
    ...within.toReversed().map((composite) => `within \`${composite}\``),
    ...(of === undefined ? [] : [`the backward of \`${of}\``]),
    ...(path === undefined ? [] : [path === "" ? "in the model's own body or the loss" : `at \`${path}\``])
  ].join(", ")

const extentText = ({ type, range, nan, infinite, first }: Extent): string => {
  const size = type.shape.reduce((product, axis) => product * axis, 1)
  const counts = [
    ...(nan > 0 ? [`${nan} of ${size} NaN`] : []),
    ...(infinite > 0 ? [`${infinite} of ${size} infinite`] : [])
  ]
  const place = first === undefined || first.length === 0 ? [] : [`first at [${first.join(", ")}]`]
  const finite = range === undefined ? [] : [`${counts.length > 0 ? "else " : ""}${rangeText(range)}`]
  return `${TensorType.print(type)}: ${[...counts, ...place, ...finite].join(", ") || "empty"}`
}

const rangeText = ([low, high]: readonly [number, number]): string =>
  low === high ? number(low) : `${number(low)} to ${number(high)}`

const number = (value: number): string => String(Number(value.toPrecision(6)))
