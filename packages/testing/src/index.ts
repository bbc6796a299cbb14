export * as Domain from "./arbitrary/domain.ts"
export * as Arbitrary from "./arbitrary/index.ts"
export type { ShapeOptions } from "./arbitrary/shape.ts"
export { type BackendLaw, LawBroken } from "./backend/backendLaw.ts"
export { type BackendLawOptions, backendLaws } from "./backend/backendLaws.ts"
export { type ResultTolerance, resultTolerances } from "./backend/resultTolerance.ts"
export { MalformedCase, RefusedCase, UnknownOp } from "./cases/caseError.ts"
export { decodeOpCase, decodeOpCases, type OpCase } from "./cases/opCase.ts"
export {
  type CaseErrors,
  type ComposedCase,
  caseErrors,
  composeOpCase,
  opCaseNames,
  runOpCase
} from "./cases/runOpCase.ts"
export type { ComputationOptions, RandomComputation } from "./computation/randomComputation.ts"
export { type Bound, type Evaluate, exactly, rounding } from "./evaluation.ts"
export { type CheckOptions, checkGradients, gradientLaw, type InputSource } from "./gradient/checkGradients.ts"
export { type Differentiable, type GradientOptions, gradientTolerance } from "./gradient/gradientDefect.ts"
export { type GradientLaw, GradientMismatch, type GradientMismatchFacts } from "./gradient/gradientMismatch.ts"
export { NothingToCheck } from "./gradient/nothingToCheck.ts"
export { type Inputs, inputsOf, printTensor, type Tensors } from "./inputs.ts"
export { laws } from "./laws/index.ts"
export {
  binaryLaw,
  type Law,
  type LawCase,
  lawCase,
  type UnaryLawOptions,
  unaryLaw
} from "./laws/law.ts"
export { lawDefect } from "./laws/lawDefect.ts"
