import { type AnyExpr, op } from "@residual/core"
import type { ByPath, OptimiserState, Updated } from "./optimiser.ts"

/** Zeros of each parameter's type, under each name that an optimiser keeps state under. */
export const zeros = (names: ReadonlyArray<string>, parameters: ByPath): OptimiserState =>
  Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(Object.entries(parameters).map(([path, { type }]) => [path, op.fill(0, type)]))
    ])
  )

/** What one parameter's rule is given: its path, value, gradient, and the state that belongs to it, by name. */
export interface ParameterTurn {
  readonly path: string
  readonly value: AnyExpr
  readonly gradient: AnyExpr
  readonly state: Readonly<Record<string, AnyExpr>>
}

/** What it gives: the next value and the next state, by name. */
export interface ParameterNext {
  readonly value: AnyExpr
  readonly state: Readonly<Record<string, AnyExpr>>
}

/** Applies a rule to each parameter in turn; one without a gradient keeps its value and state. */
export const eachParameter = (
  gradients: ByPath,
  state: OptimiserState,
  parameters: ByPath,
  rule: (turn: ParameterTurn) => ParameterNext
): Updated => {
  const names = Object.keys(state)
  const next = Object.entries(parameters).map(([path, value]): readonly [string, ParameterNext] => {
    const gradient = gradients[path]
    const own = Object.fromEntries(names.map((name) => [name, state[name]?.[path] as AnyExpr]))
    return [path, gradient === undefined ? { value, state: own } : rule({ path, value, gradient, state: own })]
  })
  return {
    parameters: Object.fromEntries(next.map(([path, { value }]) => [path, value])),
    state: Object.fromEntries(
      names.map((name) => [name, Object.fromEntries(next.map(([path, { state }]) => [path, state[name] as AnyExpr]))])
    )
  }
}
