import { dividedText, remainingText } from "../indexText.ts"

/**
 * Statements that take a number, which is not negative, apart: the last digit counts fastest, and the first one goes on
 * counting where it would start again.
 */
export const digitsText = (
  number: string,
  digits: ReadonlyArray<readonly [name: string, size: number]>
): ReadonlyArray<string> => {
  let inner = 1
  const lines: Array<string> = []
  for (const [at, [name, size]] of [...digits.entries()].reverse()) {
    const above = dividedText(number, inner)
    lines.unshift(`let ${name} = ${size === 1 ? "0" : at === 0 ? above : remainingText(above, size)};`)
    inner *= size
  }
  return lines
}
