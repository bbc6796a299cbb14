import { type Backend, type BackendError, type ProgramCache, Tensor } from "@residual/backends"
import { type AnyExpr, DType, HostRandom, input, Shape } from "@residual/core"
import { backwardPass } from "@residual/graph"
import * as Effect from "effect/Effect"
import { exactly } from "../evaluation.ts"
import { floatOutputs, nonUniform } from "../gradient/gradientDefect.ts"
import { inputsOf, type Tensors } from "../inputs.ts"
import type { Law, LawCase } from "../laws/law.ts"
import { type BackendLaw, computed, computedOnce, type Drawing, drawnLaw } from "./backendLaw.ts"
import { fixedShapes } from "./fixedShapes.ts"
import { epsilonOf, isWithin, type ResultTolerance } from "./resultTolerance.ts"

type FloatType = "f32" | "f64"

/** The tensors of a case with its floats in an element type; those of cases are exact in either. */
const inType = (tensors: Tensors, dtype: FloatType): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      DType.isFloat(tensor.type.dtype)
        ? Tensor.make(Tensor.toTypedArray(tensor), { shape: tensor.type.shape, dtype })
        : tensor
    ])
  )

/** What is compared of a case. */
export interface Compared {
  readonly exprs: Readonly<Record<string, AnyExpr>>
  readonly inputs: Tensors
}

/** The outputs of a case and the residuals that it hands its inputs, for residuals drawn from a seed. */
export const comparedOf = ({ inputs: drawn, f }: LawCase, dtype: FloatType, seed: number): Compared => {
  const tensors = inType(drawn, dtype)
  const inputs = inputsOf(tensors)
  const made = f(inputs)
  const floats = floatOutputs(made)
  const residuals = floats.map(({ type }, at) => {
    const key = HostRandom.foldIn(HostRandom.keyFromSeed(seed), at)
    // On a grid, so that they are exact in 32 bits.
    const values = nonUniform(key, Shape.size(type.shape)).map((value) => Math.round(value * 256) / 256)
    const name = `residual ${at}`
    return { name, expr: input(name, type.shape, { dtype: type.dtype }), tensor: Tensor.make(values, type) }
  })
  const by = Object.entries(inputs).filter(([, { type }]) => DType.isFloat(type.dtype))
  const seeds = floats.map((value, at) => ({ value, residual: residuals[at]?.expr as AnyExpr }))
  const pass = backwardPass(
    seeds,
    by.map(([, expr]) => expr)
  )
  const handed = by.flatMap(([name, expr]) => {
    const residual = pass.residual(expr)
    return residual === null ? [] : [[`the residual of ${name}`, residual] as const]
  })
  const outputs = ("op" in made ? [made] : made).map((output, at) => [`output ${at}`, output] as const)
  return {
    exprs: Object.fromEntries([...outputs, ...handed]),
    inputs: { ...tensors, ...Object.fromEntries(residuals.map(({ name, tensor }) => [name, tensor])) }
  }
}

/** Where a backend's values are not the expected ones, in words. */
export const disagreement = (
  computed: Readonly<Record<string, Tensor.Tensor>>,
  expected: Readonly<Record<string, Tensor.Tensor>>,
  unitsOf: (name: string) => number
): string | undefined => {
  for (const [name, wanted] of Object.entries(expected)) {
    const found = computed[name]
    if (found === undefined) return `${name} is missing`
    const [actual, values] = [Tensor.toTypedArray(found), Tensor.toTypedArray(wanted)]
    if (actual.length !== values.length) return `${name} has ${actual.length} elements, not ${values.length}`
    const { dtype } = wanted.type
    const units = DType.isFloat(dtype) ? unitsOf(name) : 0
    const epsilon = epsilonOf(DType.floatOf(dtype))
    const at = values.findIndex((value, i) => !isWithin((actual[i] as number) + 0, value + 0, units, epsilon))
    if (at >= 0) return `element ${at} of ${name} is ${actual[at]}, not ${values[at]}`
  }
  return undefined
}

/** How the cases of a row are drawn. */
export interface RowDrawing extends Drawing {
  /** How many shapes the cases have, the same ones every time; of its own each, where it is `undefined`. */
  readonly shapes: number | undefined
}

/** A row of the law table in a float type: values and residuals are the reference's, within the op's tolerance. */
export const agreementLaw = (
  law: Law,
  dtype: FloatType,
  tolerance: ResultTolerance,
  { shapes, ...drawing }: RowDrawing
): BackendLaw => {
  const row = law.variant === undefined || law.variant === "" ? law.op : `${law.op} ${law.variant}`
  const cases = () => (shapes === undefined ? [law.cases] : fixedShapes(law.cases, shapes))
  const compute: (
    ...given: Parameters<typeof computed>
  ) => Effect.Effect<Readonly<Record<string, Tensor.Tensor>>, BackendError, Backend | ProgramCache> =
    shapes === undefined ? computedOnce : computed
  return drawnLaw(`${row} in ${dtype} is the reference's`, cases, drawing, (subject, seed) => {
    const { exprs, inputs } = comparedOf(subject, dtype, seed)
    const names = Object.keys(exprs)
    const bound = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)])
    )
    const values = exactly(Object.values(exprs))(bound)
    const expected = names.map((name, at) => {
      const { type } = exprs[name] as AnyExpr
      return [name, Tensor.adopt(type, values[at] as Tensor.Elements)] as const
    })
    const unitsOf = (name: string): number => (name.startsWith("output") ? tolerance.values : tolerance.residuals)
    return Effect.map(compute(exprs, inputs), (found) => disagreement(found, Object.fromEntries(expected), unitsOf))
  })
}
