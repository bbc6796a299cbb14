import type { Element } from "../../kernel/element.ts"

type Operation = Element & { readonly kind: "operation" }

const isZero = (element: Element): boolean => element.kind === "number" && element.value === 0

const isInfinite = (element: Element): boolean => element.kind === "number" && Math.abs(element.value) === Infinity

const isNegation = (a: Element, b: Element): boolean => a.kind === "operation" && a.op === "neg" && a.operands[0] === b

/**
 * A product, quotient or sum of floats that compilers would take for a constant, as text: `undefined` for others, and for
 * other types. What they leave out of account is that operands may be infinite or NaN.
 */
export const indeterminateText = (
  { op, dtype, operands }: Operation,
  text: (element: Element) => string,
  use: (name: string) => string
): string | undefined => {
  if (dtype !== "f32" || operands.length !== 2) return undefined
  const [a, b] = operands as readonly [Element, Element]
  const signed = (number: Element, result: string): string =>
    number.kind === "number" && (number.value < 0 || Object.is(number.value, -0)) ? `(-${result})` : result
  if (op === "mul") {
    if (isZero(a)) return signed(a, `${use("times_zero_f32")}(${text(b)})`)
    if (isZero(b)) return signed(b, `${use("times_zero_f32")}(${text(a)})`)
  }
  if (op === "div") {
    if (isZero(a)) return signed(a, `${use("zero_over_f32")}(${text(b)})`)
    if (isInfinite(b)) return signed(b, `${use("times_zero_f32")}(${text(a)})`)
    if (a === b) return `${use("over_itself_f32")}(${text(a)})`
  }
  if (op === "add") {
    if (isNegation(a, b)) return `${use("minus_itself_f32")}(${text(b)})`
    if (isNegation(b, a)) return `${use("minus_itself_f32")}(${text(a)})`
  }
  return undefined
}
