export {
  composite,
  type CompositeDefinition,
  type CompositeFunction,
  elementwise,
  elementwise2
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
export * as op from "./op/index.ts"
export { constant, input, project, slot } from "./op/leaf.ts"
export { type AttrsOf, isPrimitiveName, type PrimitiveName, primitives } from "./op/primitives.ts"
export * as Shape from "./shape.ts"
export { DerivativeError, ShapeError } from "./shapeError.ts"
export * as TensorType from "./tensorType.ts"
export * as Tree from "./tree.ts"
