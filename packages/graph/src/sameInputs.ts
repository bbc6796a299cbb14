import { type AnyExpr, TensorType } from "@residual/core"

/** What inputs of one name are called together; `undefined` for what is no input. */
const inputKey = ({ op, attrs, type }: AnyExpr): string | undefined => {
  if (op.name !== "input") return undefined
  const { name, binding } = attrs as { readonly name: string; readonly binding: string }
  return `${binding} ${TensorType.print(type)} ${name}`
}

/**
 * Inputs and slots that are composed twice, under one name, are one value to whoever runs a program, and so to
 * derivatives. What this returns gives the first of them for each; every other expression is itself.
 */
export const sameInputs = (): ((expr: AnyExpr) => AnyExpr) => {
  const known = new Map<string, AnyExpr>()
  return (expr) => {
    const key = inputKey(expr)
    if (key === undefined) return expr
    const first = known.get(key) ?? expr
    known.set(key, first)
    return first
  }
}
