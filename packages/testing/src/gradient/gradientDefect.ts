import { type AnyExpr, DType, HostRandom, input } from "@residual/core"
import { backwardPass, jvp } from "@residual/graph"
import { type Bound, type Evaluate, exactly } from "../evaluation.ts"
import { boundTo, floatNames, type Inputs, indexOf, inputsOf, type Tensors } from "../inputs.ts"
import { difference, differenceStep } from "./difference.ts"
import type { GradientLaw, GradientMismatchFacts } from "./gradientMismatch.ts"

/**
 * What is differentiated: a function of named inputs to a value or several. Those that are not floats carry no residual.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import type { Differentiable } from "@residual/testing"
 * const cube: Differentiable<"x"> = ({ x }) => op.pow(x, 3)
 * typeof cube // => "function"
 * ```
 */
export type Differentiable<Names extends string = string> = (inputs: Inputs<Names>) => AnyExpr | ReadonlyArray<AnyExpr>

/**
 * How a gradient is checked.
 *
 * ```ts
 * import type { GradientOptions } from "@residual/testing"
 * const firstOnly: GradientOptions = { order: 1 }
 * firstOnly.order // => 1
 * ```
 */
export interface GradientOptions {
  /** 1 checks the gradient, 2 (the default) the gradient of ⟨gradient, u⟩ as well. */
  readonly order?: 1 | 2
  /**
   * The largest |actual - expected| / max(1, |actual|, |expected|), `gradientTolerance` by default; central differences of
   * a function with large higher derivatives need more, or a smaller `step`.
   */
  readonly tolerance?: number
  /** How far central differences step: 2⁻⁹ by default. Inputs must be further than three steps from a kink. */
  readonly step?: number
  /** What computes the expressions: the reference backend in 64 bits by default. */
  readonly evaluate?: Evaluate
}

/**
 * How far a derivative may be from central differences, relative to the greater of 1 and its size. Truncation adds up to
 * 1e-9 where the eighth derivative is as large as that of log at 1/4, rounding some 1e-12.
 *
 * ```ts
 * import { gradientTolerance } from "@residual/testing"
 * gradientTolerance // => 1e-8
 * ```
 */
export const gradientTolerance = 1e-8

/** How far ⟨r, J·v⟩ in forward mode may be from ⟨Jᵀ·r, v⟩: both are exact up to the rounding of their sums. */
export const adjointTolerance = 1e-10

interface Variable {
  readonly name: string
  readonly expr: AnyExpr
}

/** Numbers from -1 to -1/4 and from 1/4 to 1: no two alike, none of them nearly absent. */
export const nonUniform = (key: HostRandom.HostKey, count: number): ReadonlyArray<number> =>
  Array.from(HostRandom.uniform(key, count), (x) => (x < 0.5 ? 1.5 * x - 1 : 1.5 * x - 0.5))

const sizeOf = ({ type }: AnyExpr): number => type.shape.reduce((product, length) => product * length, 1)

/** The sum of the products of elements. */
export const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, at) => x * (b[at] as number)).reduce((sum, product) => sum + product, 0)

export const isClose = (actual: number, expected: number, tolerance: number): boolean =>
  Object.is(actual, expected) ||
  Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(actual), Math.abs(expected))

/** The outputs of a function that carry a residual. */
export const floatOutputs = (outputs: AnyExpr | ReadonlyArray<AnyExpr>): ReadonlyArray<AnyExpr> =>
  ("op" in outputs ? [outputs] : outputs).filter(({ type }) => DType.isFloat(type.dtype))

/**
 * The first law of differentiation that a function breaks at given inputs, with the component where it is broken most;
 * `undefined` where all hold. Residuals and directions are drawn from `seed`.
 */
export const gradientDefect = <Names extends string>(
  f: Differentiable<Names>,
  tensors: Tensors<Names>,
  seed: number,
  options: GradientOptions = {}
): GradientMismatchFacts | undefined => {
  const inputs: Inputs = inputsOf<Names>(tensors)
  const variables = floatNames(tensors).map((name) => ({ name, expr: inputs[name] as AnyExpr }))
  const bound = boundTo(tensors)
  const check = (
    outputs: ReadonlyArray<AnyExpr>,
    by: ReadonlyArray<Variable>,
    at: Bound,
    key: HostRandom.HostKey,
    law: GradientLaw
  ): GradientMismatchFacts | undefined => {
    const [residualKey, directionKey, nextKey] = HostRandom.split(key, 3) as [
      HostRandom.HostKey,
      HostRandom.HostKey,
      HostRandom.HostKey
    ]
    const level = prepare(outputs, by, at, residualKey, directionKey, options, law === "first" ? "r" : "u")
    const facts = { inputs: tensors, seed, tolerance: options.tolerance ?? gradientTolerance }
    const worst = level.worstComponent()
    if (worst !== undefined) return { law, ...worst, ...facts }
    const adjoint = law === "first" ? level.adjoint() : undefined
    if (adjoint !== undefined) return { law: "adjoint", ...adjoint, ...facts, tolerance: adjointTolerance }
    if (law === "second" || options.order === 1) return undefined
    return check(level.pulled, [...by, ...level.residuals], { ...at, ...level.bound }, nextKey, "second")
  }
  return check(floatOutputs(f(inputs as Inputs<Names>)), variables, bound, HostRandom.keyFromSeed(seed), "first")
}

/** The pullback of some outputs towards some variables, ready to be measured at one place. */
const prepare = (
  outputs: ReadonlyArray<AnyExpr>,
  by: ReadonlyArray<Variable>,
  at: Bound,
  residualKey: HostRandom.HostKey,
  directionKey: HostRandom.HostKey,
  { evaluate = exactly, step = differenceStep, tolerance = gradientTolerance }: GradientOptions,
  residualName: string
) => {
  const residuals = outputs.map((output, place) => {
    const name = outputs.length === 1 ? `${residualName} (its residual)` : `${residualName}${place} (a residual)`
    return { name, expr: input(name, output.type.shape, { dtype: output.type.dtype }) }
  })
  const residualValues = outputs.map((output, place) =>
    nonUniform(HostRandom.foldIn(residualKey, place), sizeOf(output))
  )
  const bound = Object.fromEntries(
    residuals.map(({ name }, place) => [name, residualValues[place] as ArrayLike<number>])
  )
  const seeds = outputs.map((value, place) => ({ value, residual: (residuals[place] as Variable).expr }))
  const pass = backwardPass(
    seeds,
    by.map(({ expr }) => expr)
  )
  const arrived = by.map(({ expr }) => pass.residual(expr))
  const pulled = arrived.filter((residual) => residual !== null)
  const valuesAt = evaluate(outputs)
  const values = evaluate(pulled)({ ...at, ...bound })
  const gradients = arrived.map((residual, place) =>
    residual === null
      ? new Float64Array(sizeOf((by[place] as Variable).expr))
      : (values[pulled.indexOf(residual)] as ArrayLike<number>)
  )
  const directions = by.map(({ expr }, place) => nonUniform(HostRandom.foldIn(directionKey, place), sizeOf(expr)))

  /** ⟨r, outputs⟩ where variables have moved by `t` along some directions. */
  const moved = (along: ReadonlyArray<ArrayLike<number> | undefined>, t: number): number => {
    const places = by.flatMap(({ name }, place) => {
      const direction = along[place]
      return direction === undefined
        ? []
        : [[name, Array.from(at[name] as ArrayLike<number>, (x, i) => x + t * (direction[i] as number))] as const]
    })
    const results = valuesAt({ ...at, ...Object.fromEntries(places) })
    return results.reduce((sum, result, place) => sum + inner(residualValues[place] as ArrayLike<number>, result), 0)
  }
  const expectedAlong = (along: ReadonlyArray<ArrayLike<number> | undefined>): number =>
    difference((t) => moved(along, t), step)
  const actualAlong = (): number =>
    gradients.reduce((sum, gradient, place) => sum + inner(gradient, directions[place] as ArrayLike<number>), 0)

  /** Nothing where the derivative along a random direction is right, which no wrong gradient is but by chance. */
  const worstComponent = () => {
    if (outputs.length === 0 || isClose(actualAlong(), expectedAlong(directions), tolerance)) return undefined
    const components = by.flatMap(({ name, expr }, place) =>
      Array.from(gradients[place] as ArrayLike<number>, (actual, element) => {
        const unit = Array.from({ length: sizeOf(expr) }, (_, i) => (i === element ? 1 : 0))
        const expected = expectedAlong(by.map((_, other) => (other === place ? unit : undefined)))
        return { input: name, index: indexOf(expr.type.shape, element), actual, expected }
      })
    )
    const excess = ({ actual, expected }: { readonly actual: number; readonly expected: number }): number => {
      const defect = Math.abs(actual - expected) / Math.max(1, Math.abs(actual), Math.abs(expected))
      return Number.isNaN(defect) ? Number.POSITIVE_INFINITY : defect
    }
    const worst = components.sort((a, b) => excess(b) - excess(a))[0]
    return worst === undefined || isClose(worst.actual, worst.expected, tolerance) ? undefined : worst
  }

  const adjoint = () => {
    const tangents = by.map(({ name, expr }) =>
      input(`tangent of ${name}`, expr.type.shape, { dtype: expr.type.dtype })
    )
    const tangentValues = by.map(({ name }, place) => [`tangent of ${name}`, directions[place] as ArrayLike<number>])
    const pushed = outputs.map((output) =>
      jvp(
        output,
        by.map(({ expr }) => expr),
        tangents
      )
    )
    const results = evaluate(pushed)({ ...at, ...Object.fromEntries(tangentValues) })
    const expected = results.reduce(
      (sum, result, place) => sum + inner(residualValues[place] as ArrayLike<number>, result),
      0
    )
    const actual = actualAlong()
    return isClose(actual, expected, adjointTolerance) ? undefined : { actual, expected }
  }

  return { residuals, bound, pulled, worstComponent, adjoint }
}
