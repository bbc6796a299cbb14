import type { Loop } from "../../kernel/indexExpression.ts"
import { bare } from "../wgsl/bare.ts"
import { dividedText, remainingText } from "./indexText.ts"

/**
 * Statements that find the counters of loops from the number of a step of all of them, which is not negative. A counter of
 * that name is known already.
 */
export const countersText = (
  loops: ReadonlyArray<Loop>,
  step: string,
  nameOf: (loop: Loop) => string
): ReadonlyArray<string> => {
  let inner = 1
  const lines: Array<string> = []
  for (const [at, loop] of [...loops.entries()].reverse()) {
    const quotient = dividedText(step, inner)
    const digit = bare(at === 0 ? quotient : remainingText(quotient, loop.size))
    if (nameOf(loop) !== digit) lines.unshift(`let ${nameOf(loop)} = ${digit};`)
    inner *= loop.size
  }
  return lines
}

/** Names of counters: `i0`, `i1` … for rows, `r0` … for the elements of a row; `row` or `r` for a counter of all of them. */
export const counterNames = (kept: ReadonlyArray<Loop>, reduced: ReadonlyArray<Loop>): ((loop: Loop) => string) => {
  const names = new Map([
    ...kept.map((loop, at) => [loop, kept.length === 1 ? "row" : `i${at}`] as const),
    ...reduced.map((loop, at) => [loop, reduced.length === 1 ? "r" : `r${at}`] as const)
  ])
  return (loop) => {
    const name = names.get(loop)
    if (name === undefined) throw new Error(`the counter ${loop.id} belongs to no loop of the kernel`)
    return name
  }
}

/** A block of statements after a head, if there is one, indented. */
export const block = (head: string, body: ReadonlyArray<string>): ReadonlyArray<string> => [
  head === "" ? "{" : `${head} {`,
  ...body.map((line) => `  ${line}`),
  "}"
]
