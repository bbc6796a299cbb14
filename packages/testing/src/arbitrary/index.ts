export { computation } from "../computation/randomComputation.ts"
export { axes, axis, permutation } from "./attribute.ts"
export { broadcastShapes, type ShapeOptions, shape } from "./shape.ts"
export { boolTensor, element, integerTensor, tensor } from "./tensor.ts"
