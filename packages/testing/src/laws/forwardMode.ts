import { runGraph } from "@residual/backends/reference"
import { DType, type Dual, dual, numberArithmetic } from "@residual/core"
import { backwardPass, lower } from "@residual/graph"
import { adjointTolerance, isClose } from "../gradient/gradientDefect.ts"
import { floatNames } from "../sample.ts"
import { applied, randomLike, residualValues } from "./application.ts"
import { type Check, keyOf } from "./check.ts"

const duals = dual(numberArithmetic)

const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, at) => x * (b[at] as number)).reduce((sum, product) => sum + product, 0)

/** ⟨r, J·v⟩ = ⟨Jᵀ·r, v⟩, with J·v computed on dual numbers, which know nothing of the backward functions. */
export const forwardMode: Check = (subject, seed) => {
  const { floats, floatOutputs, bound } = applied(subject)
  const r = randomLike("r", floatOutputs, keyOf(seed, "r"))
  const v = randomLike("v", floats, keyOf(seed, "v"))
  const lowered = lower(
    { outputs: Object.fromEntries(floatOutputs.map((output, at) => [`r ${at}`, output])) },
    new Set()
  )
  if (lowered._tag === "Left") throw lowered.left
  const names = floatNames(subject.inputs)
  const inputs = Object.fromEntries(
    Object.entries(subject.inputs).map(([name, { dtype, values }]) => {
      const tangents = v.bound[`v ${names.indexOf(name)}`] as ArrayLike<number>
      if (DType.isFloat(dtype)) return [name, values.map((primal, i) => ({ primal, tangent: tangents[i] as number }))]
      return [
        name,
        dtype === "i32" ? Int32Array.from(values) : dtype === "u32" ? Uint32Array.from(values) : Uint8Array.from(values)
      ]
    })
  )
  const { outputs } = runGraph<Dual<number>>(lowered.right, inputs, duals, "exact")
  const pushed = floatOutputs.map((_, at) =>
    inner(
      Array.from(outputs[`r ${at}`]?.data as ArrayLike<Dual<number>>, ({ tangent }) => tangent),
      r.bound[`r ${at}`] as ArrayLike<number>
    )
  )
  const pass = backwardPass(
    floatOutputs.map((value, at) => ({ value, residual: r.exprs[at] as (typeof floats)[0] })),
    floats
  )
  const pulled = residualValues(floats.map(pass.residual), floats, { ...bound, ...r.bound })
  const expected = pushed.reduce((sum, part) => sum + part, 0)
  const actual = pulled.reduce((sum, values, at) => sum + inner(values, v.bound[`v ${at}`] as ArrayLike<number>), 0)
  if (isClose(actual, expected, adjointTolerance)) return undefined
  return `⟨Jᵀ·r, v⟩ is ${actual}, but ⟨r, J·v⟩ on dual numbers is ${expected}`
}
