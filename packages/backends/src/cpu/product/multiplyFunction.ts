import type { Code, Local } from "../wasm/code.ts"
import { functionOf, type MakeLocal, type WasmFunction } from "../wasm/function.ts"

const names = ["a", "b", "packed", "c", "scratch", "rowFrom", "rowTo", "columnFrom", "columnTo"] as const

/** What the function is given that multiplies: addresses, and ranges of rows and columns. */
export type Operands = Readonly<Record<(typeof names)[number], Local>>

/** Composes the function that multiplies. */
export const multiplyFunction = (compose: (operands: Operands, local: MakeLocal) => Code): WasmFunction =>
  functionOf(
    names.map(() => "i32"),
    [],
    (params, local) => compose(Object.fromEntries(names.map((name, at) => [name, params[at]])) as Operands, local)
  )
