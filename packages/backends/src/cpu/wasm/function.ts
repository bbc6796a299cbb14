import type { Code, Local, ValueType } from "./code.ts"

/** A function: its type, the locals beside its parameters, and its body. Which number it has, the module decides. */
export interface WasmFunction {
  readonly params: ReadonlyArray<ValueType>
  readonly results: ReadonlyArray<ValueType>
  readonly locals: ReadonlyArray<ValueType>
  readonly body: Code
}

/** A function that the module's host provides under two names. */
export interface Imported {
  readonly module: string
  readonly name: string
  readonly params: ReadonlyArray<ValueType>
  readonly results: ReadonlyArray<ValueType>
}

/** What can be called. */
export type Called = WasmFunction | Imported

/** The types that a function returns. */
export const resultsOf = (called: Called): ReadonlyArray<ValueType> => called.results

/** Makes locals of the function that is being composed. */
export type MakeLocal = (type: ValueType) => Local

/** Composes a function. `compose` is given its parameters, and makes the locals that it needs. */
export const functionOf = (
  params: ReadonlyArray<ValueType>,
  results: ReadonlyArray<ValueType>,
  compose: (params: ReadonlyArray<Local>, local: MakeLocal) => Code
): WasmFunction => {
  const locals: Array<ValueType> = []
  const local: MakeLocal = (type) => ({ type, index: params.length + locals.push(type) - 1 })
  const body = compose(
    params.map((type, index) => ({ type, index })),
    local
  )
  return { params, results, locals, body }
}
