import type { Tensor } from "@residual/backends"
import fc from "fast-check"
import { floatNames, inputsOf, type Tensors } from "../inputs.ts"
import { type Differentiable, floatOutputs, type GradientOptions, gradientDefect } from "./gradientDefect.ts"
import { GradientMismatch } from "./gradientMismatch.ts"
import { NothingToCheck } from "./nothingToCheck.ts"

/**
 * Where a check takes its inputs from: for each a tensor or a generator of tensors, or one generator of all, for inputs
 * whose shapes go together.
 *
 * ```ts
 * import { Arbitrary, type InputSource } from "@residual/testing"
 * const source: InputSource<"x"> = { x: Arbitrary.tensor([2, 3]) }
 * Object.keys(source) // => ["x"]
 * ```
 */
export type InputSource<Names extends string> =
  | Readonly<Record<Names, Tensor.Tensor | fc.Arbitrary<Tensor.Tensor>>>
  | fc.Arbitrary<Tensors<Names>>

const generator = <Names extends string>(source: InputSource<Names>): fc.Arbitrary<Tensors<Names>> =>
  source instanceof fc.Arbitrary
    ? source
    : (fc.record(
        Object.fromEntries(
          Object.entries<Tensor.Tensor | fc.Arbitrary<Tensor.Tensor>>(source).map(([name, given]) => [
            name,
            given instanceof fc.Arbitrary ? given : fc.constant(given)
          ])
        )
      ) as unknown as fc.Arbitrary<Tensors<Names>>)

/**
 * The laws of differentiation as a fast-check property of a function: it fails with a `GradientMismatch` (or with a
 * `NothingToCheck`), and fast-check shrinks its inputs. Give it to `fc.assert`, alone or with other parameters of a run.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { Arbitrary, gradientLaw } from "@residual/testing"
 * import type { Tensor } from "@residual/backends"
 * import fc from "fast-check"
 * const rows = Arbitrary.shape({ minRank: 1 }).chain((shape) => Arbitrary.tensor(shape).map((x) => ({ x })))
 * fc.check(gradientLaw(({ x }) => op.tanh(x), rows), { numRuns: 5 }).failed // => false
 * ```
 */
export const gradientLaw = <Names extends string>(
  f: Differentiable<Names>,
  inputs: InputSource<Names>,
  options: GradientOptions = {}
) =>
  fc.property(generator(inputs), fc.noShrink(fc.nat()), (tensors, seed) => {
    if (floatNames(tensors).length === 0) throw new NothingToCheck({ lacks: "input" })
    if (floatOutputs(f(inputsOf<Names>(tensors))).length === 0) throw new NothingToCheck({ lacks: "output" })
    const defect = gradientDefect(f, tensors, seed, options)
    if (defect !== undefined) throw new GradientMismatch(defect)
  })

/**
 * How many inputs a check tries, and what it draws them from.
 *
 * ```ts
 * import type { CheckOptions } from "@residual/testing"
 * const again: CheckOptions = { seed: 42, runs: 100 }
 * again.seed // => 42
 * ```
 */
export interface CheckOptions extends GradientOptions {
  /** How many inputs are tried: 20 by default. */
  readonly runs?: number
  readonly seed?: number
  /** How long smaller inputs that fail, too, are looked for, in milliseconds: 10,000 by default. */
  readonly shrinkMilliseconds?: number
  /** The path that a `GradientMismatch` gave, to go straight to the inputs it found. */
  readonly path?: string
}

/** The property, of which every input holds once the search for the smallest failing one has taken its time. */
const shrunkWithin = <Ts>(property: fc.IProperty<Ts>, milliseconds: number): fc.IProperty<Ts> => {
  let failedAt = Number.POSITIVE_INFINITY
  return {
    isAsync: () => false,
    generate: (random, runId) => property.generate(random, runId),
    shrink: (value) => property.shrink(value),
    runBeforeEach: () => property.runBeforeEach(),
    runAfterEach: () => property.runAfterEach(),
    run: (value) => {
      if (performance.now() - failedAt > milliseconds) return null
      const failure = property.run(value)
      if (failure !== null) failedAt = Math.min(failedAt, performance.now())
      return failure
    }
  }
}

/**
 * Checks that an op's or a model's residuals are its derivatives: the gradient of ⟨r, f⟩ against central differences in
 * 64 bits, with a random residual r that is not uniform; ⟨r, J·v⟩ = ⟨Jᵀ·r, v⟩; and the gradient of ⟨gradient, u⟩, that is,
 * that its backward can be differentiated again. Every input of a float type is differentiated by.
 *
 * Throws a `GradientMismatch` with the smallest inputs found on which a derivative is wrong, and a `NothingToCheck` for a
 * function without float inputs or outputs.
 *
 * ```ts
 * import { type AnyExpr, elementwise, op } from "@residual/core"
 * import { Arbitrary, checkGradients, type GradientMismatch } from "@residual/testing"
 * const cube = elementwise("cube", (x) => op.pow(x, 3), { backward: (r, x) => op.mul(r, op.mul(x, x)) })
 * const caught = () => {
 *   try { return checkGradients(({ x }) => cube(x), { x: Arbitrary.tensor([2]) }, { seed: 1 }) } catch (error) { return error }
 * }
 * (caught() as GradientMismatch).law // => "first"
 * ```
 */
export const checkGradients = <Names extends string>(
  f: Differentiable<Names>,
  inputs: InputSource<Names>,
  options: CheckOptions = {}
): void => {
  const details = fc.check(shrunkWithin(gradientLaw(f, inputs, options), options.shrinkMilliseconds ?? 10_000), {
    numRuns: options.runs ?? 20,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.path === undefined ? {} : { path: options.path })
  })
  if (!details.failed) return
  const { errorInstance, seed, counterexamplePath } = details
  if (!(errorInstance instanceof GradientMismatch)) throw errorInstance
  throw new GradientMismatch({
    ...errorInstance,
    seed,
    ...(counterexamplePath === null ? {} : { path: counterexamplePath })
  })
}
