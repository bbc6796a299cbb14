import { type CompositeDefinition, composite, type WithOp } from "../composite.ts"
import type { AnyExpr } from "../expr.ts"
import type { Shape } from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { axesOf } from "./axes.ts"
import { type Accepted, checkAccepted } from "./elementwiseComposite.ts"
import { type ReductionOptions, reshape } from "./stretch.ts"

/** The attributes of a reduction that is a composite: sorted, distinct axes, and whether they stay at size 1. */
export interface ReductionAttrs {
  readonly axes: ReadonlyArray<number>
  readonly keepDims: boolean
}

/** How many elements go into one of a reduction's result. */
export const countOf = (shape: Shape, axes: ReadonlyArray<number>): number =>
  axes.reduce((count, axis) => count * (shape[axis] as number), 1)

/** A reduction's result or residual with the reduced axes of its operand back at size 1. */
export const withKeptAxes = (reduced: AnyExpr, shape: Shape, axes: ReadonlyArray<number>): AnyExpr =>
  reshape(
    reduced,
    shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  )

/** Throws a `ShapeError` for a reduction of no elements, whose result no number would be. */
export const checkNotEmpty = (op: string, type: TensorType, axes: ReadonlyArray<number>): void => {
  if (axes.some((axis) => type.shape[axis] === 0)) throw new ShapeError(op, [type], "at least one element")
}

/** A reduction that is a composite: its attributes from the options, and its operand checked. */
export const reduction = <Attrs extends ReductionAttrs, Options extends ReductionOptions = ReductionOptions>(
  name: string,
  definition: CompositeDefinition<Attrs> & {
    readonly accepted?: Accepted
    /** Whether no elements have a result. */
    readonly empty: boolean
    readonly attrs: (reduced: ReductionAttrs, options: Partial<Options>, type: TensorType) => Attrs
  }
): ((x: AnyExpr, options?: Options) => AnyExpr) & WithOp => {
  const { accepted = "floats", empty, attrs, ...rest } = definition
  const define = composite<Attrs>(name, rest)
  const checked = (x: AnyExpr, options?: Options): AnyExpr => {
    checkAccepted(name, accepted, [x])
    const axes = axesOf(name, x.type, options?.axes)
    if (!empty) checkNotEmpty(name, x.type, axes)
    return define([x], attrs({ axes, keepDims: options?.keepDims ?? false }, options ?? {}, x.type))
  }
  return Object.assign(checked, { op: define.op })
}
