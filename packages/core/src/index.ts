export {
  type CompositeDefinition,
  type CompositeFunction,
  composite,
  elementwise,
  elementwise2,
  type WithOp
} from "./composite.ts"
export * as DType from "./dtype.ts"
export {
  type AnyExpr,
  type Application,
  apply,
  applyComposite,
  type Backward,
  type Composite,
  type Dims,
  type Expr,
  type MaybeResidual,
  type Op,
  type Primitive,
  topological
} from "./expr.ts"
export * as Model from "./model/index.ts"
export { claimable } from "./op/claimable.ts"
export * as op from "./op/index.ts"
export { constant, input, project, slot } from "./op/leaf.ts"
export { type AttrsOf, isPrimitiveName, type PrimitiveName, primitives } from "./op/primitives.ts"
export * as HostRandom from "./random/index.ts"
export { RandomError } from "./random/randomError.ts"
export type { Arithmetic, MutableStorage, Truth } from "./scalar/arithmetic.ts"
export { assumedUlp } from "./scalar/assumedUlp.ts"
export { type Dual, dual } from "./scalar/dualArithmetic.ts"
export { erf, erfc } from "./scalar/erf.ts"
export { erfcinv, erfinv } from "./scalar/erfinv.ts"
export { flooredModulus } from "./scalar/flooredModulus.ts"
export type { Interval } from "./scalar/interval.ts"
export * as Intervals from "./scalar/interval.ts"
export { intervalArithmetic } from "./scalar/intervalArithmetic.ts"
export { float32Above, float32Below, nextDown, nextUp, stepsDown, stepsUp } from "./scalar/nextFloat.ts"
export { numberArithmetic } from "./scalar/numberArithmetic.ts"
export { power } from "./scalar/power.ts"
export { roundHalfEven } from "./scalar/roundHalfEven.ts"
export { UndecidedError } from "./scalar/undecidedError.ts"
export * as Shape from "./shape.ts"
export { DerivativeError, ShapeError } from "./shapeError.ts"
export { substitute } from "./substitute.ts"
export * as TensorType from "./tensorType.ts"
export * as Tree from "./tree.ts"
