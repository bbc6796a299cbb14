import { Tensor } from "@residual/backends"
import { jvpByDuals } from "@residual/backends/reference"
import { type AnyExpr, topological } from "@residual/core"
import { backwardPass } from "@residual/graph"
import { adjointTolerance, inner, isClose } from "../gradient/gradientDefect.ts"
import { floatNames } from "../inputs.ts"
import { applied, randomLike, residualValues } from "./application.ts"
import { type Check, keyOf } from "./check.ts"

/** The names of the inputs that are read when composites are inlined. */
const namesRead = (outputs: ReadonlyArray<AnyExpr>): ReadonlySet<string> =>
  new Set(
    topological(outputs, ({ op, inputs, body }) => (op.kind === "composite" ? body : inputs)).flatMap(
      ({ op, attrs }) => (op.name === "input" ? [(attrs as { readonly name: string }).name] : [])
    )
  )

/** ⟨r, J·v⟩ = ⟨Jᵀ·r, v⟩, with J·v computed on dual numbers, which know nothing of the backward functions. */
export const forwardMode: Check = (subject, seed) => {
  const { floats, floatOutputs, bound } = applied(subject)
  const r = randomLike("r", floatOutputs, keyOf(seed, "r"))
  const v = randomLike("v", floats, keyOf(seed, "v"))
  const read = namesRead(floatOutputs)
  const inputs = Object.entries(subject.inputs)
    .filter(([name]) => read.has(name))
    .map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)])
  const tangents = floatNames(subject.inputs)
    .map((name, at) => [name, v.bound[`v ${at}`] as ArrayLike<number>] as const)
    .filter(([name]) => read.has(name))
  const outputs = Object.fromEntries(floatOutputs.map((output, at) => [String(at), output]))
  const derived = jvpByDuals(outputs, Object.fromEntries(inputs), Object.fromEntries(tangents))
  const pushed = floatOutputs.map((_, at) =>
    inner(derived[String(at)]?.tangent?.data as ArrayLike<number>, r.bound[`r ${at}`] as ArrayLike<number>)
  )
  const seeds = floatOutputs.map((value, at) => ({ value, residual: r.exprs[at] as AnyExpr }))
  const pulled = residualValues(floats.map(backwardPass(seeds, floats).residual), floats, { ...bound, ...r.bound })
  const expected = pushed.reduce((sum, part) => sum + part, 0)
  const actual = pulled.reduce((sum, values, at) => sum + inner(values, v.bound[`v ${at}`] as ArrayLike<number>), 0)
  if (isClose(actual, expected, adjointTolerance)) return undefined
  return `⟨Jᵀ·r, v⟩ is ${actual}, but ⟨r, J·v⟩ on dual numbers is ${expected}`
}
