import { type AnyExpr, DType, HostRandom, input, type MaybeResidual, Shape } from "@residual/core"
import { type Bound, exactly } from "../evaluation.ts"
import { floatOutputs, nonUniform } from "../gradient/gradientDefect.ts"
import { boundTo, floatNames, inputsOf } from "../inputs.ts"
import type { LawCase } from "./law.ts"

/** A case composed: its inputs and outputs as expressions, and the values that its inputs are bound to. */
export interface Applied {
  readonly floats: ReadonlyArray<AnyExpr>
  readonly outputs: ReadonlyArray<AnyExpr>
  /** The outputs that carry a residual. */
  readonly floatOutputs: ReadonlyArray<AnyExpr>
  /** The outputs of the op applied to the same inputs once more. */
  readonly again: () => ReadonlyArray<AnyExpr>
  readonly bound: Bound
}

/** Composes a case. */
export const applied = ({ inputs, f }: LawCase): Applied => {
  const exprs = inputsOf(inputs)
  const made = f(exprs)
  return {
    floats: floatNames(inputs).map((name) => exprs[name] as AnyExpr),
    outputs: "op" in made ? [made] : made,
    floatOutputs: floatOutputs(made),
    again: () => floatOutputs(f(exprs)),
    bound: boundTo(inputs)
  }
}

/** Inputs of the types of some values, bound to random numbers that are not uniform. */
export const randomLike = (
  name: string,
  values: ReadonlyArray<AnyExpr>,
  key: HostRandom.HostKey
): { readonly exprs: ReadonlyArray<AnyExpr>; readonly bound: Bound } => {
  const exprs = values.map(({ type: { dtype, shape } }, at) => input(`${name} ${at}`, shape, { dtype }))
  const bound = values.map(({ type }, at): readonly [string, ReadonlyArray<number>] => [
    `${name} ${at}`,
    nonUniform(HostRandom.foldIn(key, at), Shape.size(type.shape))
  ])
  return { exprs, bound: Object.fromEntries(bound) }
}

/** The values of residuals; where none arrives, zeros of the type of the value it would belong to. */
export const residualValues = (
  residuals: ReadonlyArray<MaybeResidual>,
  like: ReadonlyArray<AnyExpr>,
  bound: Bound
): ReadonlyArray<ArrayLike<number>> => {
  const present = residuals.filter((residual) => residual !== null)
  const values = exactly(present)(bound)
  return residuals.map((residual, at) =>
    residual === null
      ? new Float64Array(Shape.size((like[at] as AnyExpr).type.shape))
      : (values[present.indexOf(residual)] as ArrayLike<number>)
  )
}

export const isFloat = ({ type }: AnyExpr): boolean => DType.isFloat(type.dtype)
