import type { Loop } from "../../kernel/indexExpression.ts"
import { dividedText, remainingText } from "./indexText.ts"

/** Statements that find the counters of loops from the number of a step of all of them, which is not negative. */
export const countersText = (
  loops: ReadonlyArray<Loop>,
  step: string,
  nameOf: (loop: Loop) => string
): ReadonlyArray<string> => {
  let inner = 1
  const lines: Array<string> = []
  for (const [at, loop] of [...loops.entries()].reverse()) {
    const quotient = dividedText(step, inner)
    lines.unshift(`let ${nameOf(loop)} = ${at === 0 ? quotient : remainingText(quotient, loop.size)};`)
    inner *= loop.size
  }
  return lines
}

/** Names of counters: `i0`, `i1` … for rows, `r0` … for the elements of a row. */
export const counterNames = (kept: ReadonlyArray<Loop>, reduced: ReadonlyArray<Loop>): ((loop: Loop) => string) => {
  const names = new Map([
    ...kept.map((loop, at) => [loop, `i${at}`] as const),
    ...reduced.map((loop, at) => [loop, `r${at}`] as const)
  ])
  return (loop) => {
    const name = names.get(loop)
    if (name === undefined) throw new Error(`the counter ${loop.id} belongs to no loop of the kernel`)
    return name
  }
}

/** A block of statements after a head, indented. */
export const block = (head: string, body: ReadonlyArray<string>): ReadonlyArray<string> => [
  `${head} {`,
  ...body.map((line) => `  ${line}`),
  "}"
]
