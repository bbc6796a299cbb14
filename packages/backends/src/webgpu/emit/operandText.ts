import type { Factor, ReadLayout } from "@residual/graph"
import { type Axis, innermost, mergedAxis, sizeOf } from "../../kernel/product/axis.ts"
import { dividedText, remainingText } from "./indexText.ts"

/** A matrix of a product's operand: lines (rows of A, columns of B), each as long as the depth of the product. */
export interface MatrixText {
  /** Whether the four elements of a vector lie along the depth, or across lines. */
  readonly isAlongDepth: boolean
  /** Whether such a vector lies in memory as one, at a multiple of four. */
  readonly isVector: boolean
  /** How far a line lies from the first, and a step along the depth from the first. */
  readonly across: (line: string) => string
  readonly along: (step: string) => string
}

const isMultipleOfFour = (factors: ReadonlyArray<Factor>): boolean => factors.every(({ stride }) => stride % 4 === 0)

/** How far the element of an axis with this number lies from the first. */
const offsetText = (axis: Axis, number: string): string => {
  let inner = 1
  const parts: Array<string> = []
  for (const [at, { size, stride }] of [...axis.entries()].reverse()) {
    const quotient = dividedText(number, inner)
    const digit = at === 0 ? quotient : remainingText(quotient, size)
    parts.unshift(stride === 1 ? digit : `${digit} * ${stride}`)
    inner *= size
  }
  return parts.length === 0 ? "0" : parts.join(" + ")
}

/** Whether neighbours in fours along an axis lie side by side, each four at a multiple of four. */
const isInFours = (axis: Axis): boolean => {
  const { size, stride } = innermost(axis)
  return stride === 1 && size % 4 === 0 && isMultipleOfFour(axis.slice(0, -1))
}

/** An operand as a matrix of lines: `across` counts lines, `along` the depth. */
export const matrixText = ({ layout }: ReadLayout, acrossAxis: Axis, alongAxis: Axis): MatrixText => {
  const [across, along] = [mergedAxis(acrossAxis), mergedAxis(alongAxis)]
  const batches = layout.axes.slice(0, -2).flat()
  const restIsAligned = layout.offset % 4 === 0 && isMultipleOfFour(batches)
  const mayBeAlong = restIsAligned && isInFours(along) && isMultipleOfFour(across)
  const mayBeAcross = restIsAligned && isInFours(across) && isMultipleOfFour(along)
  const isAlongDepth = mayBeAlong || (!mayBeAcross && innermost(along).stride === 1 && sizeOf(along) > 1)
  return {
    isAlongDepth,
    isVector: mayBeAlong || mayBeAcross,
    across: (line) => offsetText(across, line),
    along: (step) => offsetText(along, step)
  }
}
