import { Tensor } from "@residual/backends"
import { type Data, runGraph, type Value } from "@residual/backends/reference"
import { type Arithmetic, DType, TensorType, UndecidedError } from "@residual/core"
import { type Computation, lower } from "@residual/graph"
import type { Tensors } from "../../src/index.ts"
import { fixed, isDecided, type Permitted, permits } from "./permitted.ts"
import { permittedArithmetic, type Rules } from "./permittedArithmetic.ts"

/** What a backend made of a computation, element by element: what was wrong, and how much of it could be judged. */
export interface Verdict {
  readonly defect: string | undefined
  readonly elements: number
  /** Elements whose value was known to three digits at least: NaN and infinities, integers and bools among them. */
  readonly decided: number
}

type Bound = Readonly<Record<string, Data<Permitted>>>

const permittedData = (tensors: Tensors, arithmetic: Arithmetic<Permitted>): Bound =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const elements = Tensor.toTypedArray(tensor)
      const isFloat = DType.isFloat(tensor.type.dtype)
      return [name, isFloat ? Array.from(elements, arithmetic.fromNumber) : (elements as Int32Array)]
    })
  )

type Wanted = Readonly<Record<string, Value<Permitted>>>

/** What some results may be; `undefined` where an index or an order hangs on how something is rounded. */
const permittedOf = (outputs: Computation["outputs"], data: Bound, arithmetic: Arithmetic<Permitted>) => {
  const lowered = lower({ outputs }, new Set())
  if (lowered._tag === "Left") throw lowered.left
  try {
    return runGraph(lowered.right, data, arithmetic, "rounded").outputs
  } catch (error) {
    if (error instanceof UndecidedError) return undefined
    throw error
  }
}

/** The same for each of them alone where they cannot be had together; those are left out that hang on a rounding. */
const wantedOf = (outputs: Computation["outputs"], data: Bound, arithmetic: Arithmetic<Permitted>): Wanted =>
  permittedOf(outputs, data, arithmetic) ??
  Object.assign({}, ...Object.entries(outputs).map(([name, expr]) => permittedOf({ [name]: expr }, data, arithmetic)))

const shown = ({ value, low, high, nan }: Permitted): string =>
  value === undefined ? `in [${low}, ${high}]${nan ? " or NaN" : ""}` : Object.is(value, -0) ? "-0" : String(value)

/** Judges the outputs and the next values of the slots of a computation, by what its inputs and slots were before. */
export type Judge = (
  computation: Computation,
  bound: Tensors,
  found: { readonly outputs: Tensors; readonly updates: Tensors }
) => Verdict

/** The judge of a backend that keeps to these rules. */
export const judgeBy = (rules: Rules): Judge => {
  const arithmetic = permittedArithmetic(rules)
  return ({ outputs, updates = {} }, bound, found) => {
    const data = permittedData(bound, arithmetic)
    let [elements, decided] = [0, 0]
    for (const [kind, exprs, tensors] of [
      ["output", outputs, found.outputs],
      ["slot", updates, found.updates]
    ] as const) {
      const wanted = wantedOf(exprs, data, arithmetic)
      for (const [name, expr] of Object.entries(exprs)) {
        const tensor = tensors[name]
        const defect = (text: string): Verdict => ({ defect: `${kind} ${name}: ${text}`, elements, decided })
        if (tensor === undefined) return defect("is missing")
        if (!TensorType.equals(tensor.type, expr.type)) return defect(`is ${TensorType.print(tensor.type)}`)
        const actual = Tensor.toTypedArray(tensor)
        elements += actual.length
        const permitted = wanted[name]
        if (permitted === undefined) continue
        for (let at = 0; at < actual.length; at++) {
          const value = actual[at] as number
          const own = permitted.data[at] as Permitted | number
          // A bool that hangs on how something is rounded is 2.
          if (expr.type.dtype === "bool" && own === 2) continue
          const one = typeof own === "number" ? fixed(own) : own
          if (!permits(one, value, rules.signsZeros)) {
            return defect(`element ${at} is ${Object.is(value, -0) ? "-0" : value}, not ${shown(one)}`)
          }
          if (isDecided(one)) decided++
        }
      }
    }
    return { defect: undefined, elements, decided }
  }
}
