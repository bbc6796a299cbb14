import type { Tensor } from "@residual/backends"
import { type AnyExpr, DType, op, TensorType } from "@residual/core"
import { backwardPass, pullback, type Seed } from "@residual/graph"
import { floatOutputs, gradientDefect } from "../gradient/gradientDefect.ts"
import { GradientMismatch } from "../gradient/gradientMismatch.ts"
import { floatNames, type Inputs, inputsOf } from "../inputs.ts"
import { type Applied, applied, randomLike, residualValues } from "./application.ts"
import { type Check, keyOf } from "./check.ts"
import { compositeBackward } from "./compositeBackward.ts"
import { elementwiseClaim } from "./elementwiseClaim.ts"
import { firstDifference, sameTolerance } from "./firstDifference.ts"
import { forwardMode } from "./forwardMode.ts"
import type { Law, LawCase } from "./law.ts"

/** Of all outputs at once, and of each alone, where the others hand back no residual. */
const gradients =
  (step: number | undefined): Check =>
  ({ inputs, f }, seed) => {
    const outputs = (given: Inputs): ReadonlyArray<AnyExpr> => floatOutputs(f(given))
    const count = outputs(inputsOf(inputs)).length
    const alone =
      count < 2 ? [] : Array.from({ length: count }, (_, at) => (given: Inputs) => outputs(given).slice(at, at + 1))
    for (const part of [outputs, ...alone]) {
      const defect = gradientDefect(part, inputs, seed, step === undefined ? {} : { step })
      if (defect !== undefined) return new GradientMismatch(defect).message
    }
    return undefined
  }

const noResidual: Check = (subject) => {
  const { floats, floatOutputs } = applied(subject)
  const arrived = floatOutputs.flatMap((output) => pullback(output, op.fill(1, output.type), floats))
  return arrived.every((residual) => residual === null) ? undefined : "a residual passes through an op that has none"
}

/** backward(a·r + b·s) = a·backward(r) + b·backward(s). */
const residualLinearity: Check = (subject, seed) => {
  const { floats, floatOutputs, bound } = applied(subject)
  const r = randomLike("r", floatOutputs, keyOf(seed, "r"))
  const s = randomLike("s", floatOutputs, keyOf(seed, "s"))
  const [a, b] = [0.75, -1.5]
  const residualsFor = (residuals: ReadonlyArray<AnyExpr>): ReadonlyArray<ArrayLike<number>> => {
    const pass = backwardPass(seeds(floatOutputs, residuals), floats)
    return residualValues(floats.map(pass.residual), floats, { ...bound, ...r.bound, ...s.bound })
  }
  const [first, second] = [residualsFor(r.exprs), residualsFor(s.exprs)]
  const combined = r.exprs.map((residual, at) => op.add(op.mul(residual, a), op.mul(s.exprs[at] as AnyExpr, b)))
  const expected = first.map((values, at) =>
    Array.from(values, (value, element) => a * value + b * (second[at]?.[element] as number))
  )
  return firstDifference(
    "the residual is not linear in the incoming one",
    residualsFor(combined),
    expected,
    sameTolerance
  )
}

/** Each value with its residual. */
const seeds = (values: ReadonlyArray<AnyExpr>, residuals: ReadonlyArray<AnyExpr>): ReadonlyArray<Seed> =>
  values.map((value, at) => ({ value, residual: residuals[at] as AnyExpr }))

/** What arrives at a value that is used twice is the sum of what either use alone hands it. */
const fanIn: Check = (subject, seed) => {
  const { floats, floatOutputs, again, bound } = applied(subject)
  const others = again()
  const r = randomLike("r", floatOutputs, keyOf(seed, "r"))
  const s = randomLike("s", floatOutputs, keyOf(seed, "s"))
  const arrivedFrom = (uses: ReadonlyArray<Seed>): ReadonlyArray<ArrayLike<number>> =>
    residualValues(floats.map(backwardPass(uses, floats).residual), floats, { ...bound, ...r.bound, ...s.bound })
  const [one, other] = [seeds(floatOutputs, r.exprs), seeds(others, s.exprs)]
  const [first, second] = [arrivedFrom(one), arrivedFrom(other)]
  const expected = first.map((values, at) => Array.from(values, (value, i) => value + (second[at]?.[i] as number)))
  return firstDifference("two uses do not add up", arrivedFrom([...one, ...other]), expected, sameTolerance)
}

/** An op given one value for two of its operands hands it what it hands the two together. */
const sameOperandTwice: Check = ({ inputs, f, attributes }, seed) => {
  const [first, second] = Object.entries(inputs).flatMap(([name, { type }], at, all) =>
    all
      .slice(at + 1)
      .flatMap(([other, tensor]) =>
        DType.isFloat(type.dtype) && TensorType.equals(type, tensor.type) ? [name, other] : []
      )
  )
  if (first === undefined || second === undefined) return undefined
  const equal = { ...inputs, [second]: inputs[first] as Tensor.Tensor }
  const apart = applied({ inputs: equal, f, attributes })
  const together = applied({
    inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== second)),
    f: (given) => f({ ...given, [second]: given[first] as AnyExpr }),
    attributes
  })
  const r = randomLike("r", apart.floatOutputs, keyOf(seed, "r"))
  const arrived = ({ floats, floatOutputs, bound }: Applied): ReadonlyArray<ArrayLike<number>> => {
    const pass = backwardPass(seeds(floatOutputs, r.exprs), floats)
    return residualValues(floats.map(pass.residual), floats, { ...bound, ...r.bound })
  }
  const names = floatNames(equal)
  const parts = arrived(apart)
  const [p, q] = [names.indexOf(first), names.indexOf(second)]
  const expected = parts
    .map((values, at) => (at === p ? Array.from(values, (value, i) => value + (parts[q]?.[i] as number)) : values))
    .filter((_, at) => at !== q)
  return firstDifference("one value given twice", arrived(together), expected, sameTolerance)
}

/**
 * Why a law of differentiation fails in a case, or `undefined` where all hold: central differences at order 1 and 2, the
 * adjoint identity with dual numbers, linearity in the residual, sums at fan-ins, each composite's own backward against
 * the one derived from its body, and that elementwise ops are.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { Tensor } from "@residual/backends"
 * import { lawCase, lawDefect, unaryLaw } from "@residual/testing"
 * const x = Tensor.make([1, 2])
 * lawDefect(unaryLaw("exp", op.exp), lawCase({ x }, ({ x }) => op.exp(x)), 7) // => undefined
 * ```
 */
export const lawDefect = (law: Law, subject: LawCase, seed: number): string | undefined => {
  const checks: ReadonlyArray<Check> = [
    ...(law.noResidual === undefined ? [residualLinearity, fanIn, sameOperandTwice] : [noResidual]),
    ...(law.hidesDerivative === true ? [] : [gradients(law.step), forwardMode]),
    compositeBackward,
    elementwiseClaim
  ]
  return checks.map((check) => check(subject, seed)).find((defect) => defect !== undefined)
}
