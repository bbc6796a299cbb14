import { Tensor } from "@residual/backends"
import type { AnyExpr, Shape } from "@residual/core"
import fc from "fast-check"
import { type Domain, real } from "../arbitrary/domain.ts"
import { broadcastShapes, type ShapeOptions, shape } from "../arbitrary/shape.ts"
import { othersLike, tensor } from "../arbitrary/tensor.ts"
import type { ResultTolerance } from "../backend/resultTolerance.ts"
import type { Differentiable } from "../gradient/gradientDefect.ts"
import { printTensor, type Tensors } from "../inputs.ts"

/**
 * One application of an op: its inputs, and the op with its attributes as a function of them. Floats are in 64 bits.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { Tensor } from "@residual/backends"
 * import { lawCase } from "@residual/testing"
 * lawCase({ x: Tensor.make([1, 2]) }, ({ x }) => op.sum(x), { axes: [0] }).attributes // => "{\"axes\":[0]}"
 * ```
 */
export interface LawCase {
  readonly inputs: Tensors
  readonly f: Differentiable
  /** The attributes as text, for messages. */
  readonly attributes: string
}

/**
 * A row of the law table: an op, and where its inputs and attributes are drawn from so that it is smooth there.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { type Law, unaryLaw } from "@residual/testing"
 * const row: Law = unaryLaw("tanh", op.tanh)
 * row.op // => "tanh"
 * ```
 */
export interface Law {
  /** The op's name in `op`, or any name for one's own. */
  readonly op: string
  /** What distinguishes this row from others of the op. */
  readonly variant?: string
  readonly cases: fc.Arbitrary<LawCase>
  /** Why no residual passes, where none does. */
  readonly noResidual?: string
  /** Whether its derivative, which is not zero, is hidden on purpose. */
  readonly hidesDerivative?: boolean
  /** How far central differences step where its higher derivatives are large: 2⁻⁹ otherwise. */
  readonly step?: number
  /** How far its results may be from the reference's; that of the table otherwise. */
  readonly tolerance?: ResultTolerance
}

/**
 * Makes a case; attributes are for messages only.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { Tensor } from "@residual/backends"
 * import { lawCase } from "@residual/testing"
 * String(lawCase({ x: Tensor.make(2) }, ({ x }) => op.neg(x))) // => "{} x = f32[] 2"
 * ```
 */
export const lawCase = <Names extends string>(
  inputs: Tensors<Names>,
  f: Differentiable<Names>,
  attributes: object = {}
): LawCase => {
  const text = JSON.stringify(attributes, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value
  )
  // A case is only given inputs of the names that it was made with.
  return caseOf(inputs, f as unknown as Differentiable, text)
}

const caseOf = (inputs: Tensors, f: Differentiable, attributes: string): LawCase => {
  const text = (): string =>
    [attributes, ...Object.entries(inputs).map(([name, tensor]) => `${name} = ${printTensor(tensor)}`)].join(" ")
  return Object.defineProperties(
    { inputs, f, attributes },
    { toString: { value: text }, [fc.toStringMethod]: { value: text } }
  )
}

/** The same application on other values, as far as these are drawn each for itself. */
export const sameOnOthers = ({ inputs, f, attributes }: LawCase): fc.Arbitrary<LawCase> =>
  fc
    .record(Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, othersLike(tensor)])))
    .map((others) => caseOf(others, f, attributes))

/** A law of an op of one value that keeps its shape. */
export interface UnaryLawOptions extends Partial<Omit<Law, "op" | "cases">> {
  readonly domain?: Domain
  readonly shapes?: ShapeOptions
  readonly attributes?: object
}

const rest = ({ variant, noResidual, hidesDerivative, step, tolerance }: Partial<Law>) => ({
  ...(variant === undefined ? {} : { variant }),
  ...(noResidual === undefined ? {} : { noResidual }),
  ...(hidesDerivative === undefined ? {} : { hidesDerivative }),
  ...(step === undefined ? {} : { step }),
  ...(tolerance === undefined ? {} : { tolerance })
})

/**
 * A row for an op of one value `x`, on shapes of rank 0 to 3.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { Domain, unaryLaw } from "@residual/testing"
 * unaryLaw("log", op.log, { domain: Domain.positive }).op // => "log"
 * ```
 */
export const unaryLaw = (
  op: string,
  f: (x: AnyExpr) => AnyExpr | ReadonlyArray<AnyExpr>,
  options: UnaryLawOptions = {}
): Law => ({
  op,
  cases: shape(options.shapes).chain((shape) =>
    tensor(shape, options.domain ?? real).map((x) => lawCase({ x }, ({ x }) => f(x), options.attributes))
  ),
  ...rest(options)
})

/**
 * A row for an op of two values `a` and `b` whose shapes broadcast.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { binaryLaw, Domain } from "@residual/testing"
 * binaryLaw("div", op.div, { domains: [Domain.real, Domain.positive] }).op // => "div"
 * ```
 */
export const binaryLaw = (
  op: string,
  f: (a: AnyExpr, b: AnyExpr) => AnyExpr | ReadonlyArray<AnyExpr>,
  options: Partial<Omit<Law, "op" | "cases">> & {
    readonly domains?: readonly [Domain, Domain]
    /** Draws all elements of both at once, so that none are alike. */
    readonly apart?: Domain
    readonly shapes?: ShapeOptions
  } = {}
): Law => {
  const [first, second] = options.domains ?? [real, real]
  return {
    op,
    cases: broadcastShapes(options.shapes).chain(({ a, b }) =>
      (options.apart === undefined
        ? fc.record({ a: tensor(a, first), b: tensor(b, second) })
        : apart({ a, b }, options.apart)
      ).map((inputs) => lawCase(inputs, ({ a, b }) => f(a, b)))
    ),
    ...rest(options)
  }
}

/** Tensors of several shapes whose elements all differ. */
export const apart = <Names extends string>(
  shapes: Readonly<Record<Names, Shape.Shape>>,
  domain: Domain
): fc.Arbitrary<Tensors<Names>> => {
  const sizes = Object.values<Shape.Shape>(shapes).map((shape) => shape.reduce((product, size) => product * size, 1))
  return tensor([sizes.reduce((sum, size) => sum + size, 0)], { ...domain, distinct: true }).map((drawn) => {
    const values = Tensor.toTypedArray(drawn)
    const starts = sizes.map((_, at) => sizes.slice(0, at).reduce((sum, size) => sum + size, 0))
    return Object.fromEntries(
      Object.entries<Shape.Shape>(shapes).map(([name, shape], at) => {
        const start = starts[at] as number
        return [name, Tensor.make(values.slice(start, start + (sizes[at] as number)), { shape })]
      })
    ) as Record<Names, Tensor.Tensor>
  })
}
