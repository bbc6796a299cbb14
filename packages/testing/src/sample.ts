import { type AnyExpr, DType, input, Shape } from "@residual/core"

/**
 * A tensor on the host, with its elements in row-major order: what generators make and gradient checks bind to inputs.
 *
 * ```ts
 * import type { Sample } from "@residual/testing"
 * const row: Sample = { dtype: "f64", shape: [1, 3], values: [1, 2, 3] }
 * row.values.length // => 3
 * ```
 */
export interface Sample {
  readonly dtype: DType.DType
  readonly shape: Shape.Shape
  readonly values: ReadonlyArray<number>
}

/**
 * Samples under the names of the inputs that they are bound to.
 *
 * ```ts
 * import type { Samples } from "@residual/testing"
 * const samples: Samples = { x: { dtype: "f64", shape: [], values: [2] } }
 * Object.keys(samples) // => ["x"]
 * ```
 */
export type Samples = Readonly<Record<string, Sample>>

/** Expressions under names, one for each sample. */
export type Inputs<Names extends string = string> = Readonly<Record<Names, AnyExpr>>

/**
 * An input for each sample, under its name and of its type.
 *
 * ```ts
 * import { inputsOf } from "@residual/testing"
 * inputsOf({ x: { dtype: "f64", shape: [2], values: [1, 2] } }).x.type // => { dtype: "f64", shape: [2] }
 * ```
 */
export const inputsOf = <Names extends string>(samples: Readonly<Record<Names, Sample>>): Inputs<Names> =>
  Object.fromEntries(
    Object.entries<Sample>(samples).map(([name, { dtype, shape }]) => [name, input(name, shape, { dtype })])
  ) as Record<Names, AnyExpr>

/**
 * A sample as text: its type, then its elements nested as they lie.
 *
 * ```ts
 * import { printSample } from "@residual/testing"
 * printSample({ dtype: "f64", shape: [2, 2], values: [1, 2, 3, 0.5] }) // => "f64[2,2] [[1, 2], [3, 0.5]]"
 * ```
 */
export const printSample = ({ dtype, shape, values }: Sample): string => {
  const nested = (axis: number, from: number): string => {
    const length = shape[axis]
    if (length === undefined) return Object.is(values[from], -0) ? "-0" : String(values[from])
    const stride = Shape.size(shape.slice(axis + 1))
    return `[${Array.from({ length }, (_, at) => nested(axis + 1, from + at * stride)).join(", ")}]`
  }
  return `${dtype}[${shape.join(",")}] ${nested(0, 0)}`
}

/**
 * The multi-index of an element, from its place in row-major order.
 *
 * ```ts
 * import { indexOf } from "@residual/testing"
 * indexOf([2, 3], 4) // => [1, 1]
 * ```
 */
export const indexOf = (shape: Shape.Shape, place: number): ReadonlyArray<number> =>
  Shape.strides(shape).map((stride, axis) => Math.floor(place / stride) % (shape[axis] as number))

/** The names of the samples that carry a residual. */
export const floatNames = (samples: Samples): ReadonlyArray<string> =>
  Object.entries(samples).flatMap(([name, { dtype }]) => (DType.isFloat(dtype) ? [name] : []))
