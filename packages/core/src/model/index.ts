export { type Applied, apply, type Bindings } from "./apply.ts"
export { applyPlaced, type Placed } from "./applyPlaced.ts"
export { around } from "./around.ts"
export { lift, named, parallel, repeat, type Step, sequence, skip } from "./combinators.ts"
export { type Conv2dOptions, conv2d } from "./conv2d.ts"
export { dropout } from "./dropout.ts"
export { embedding, embeddingTable, unembedding } from "./embedding.ts"
export { feedForward, mlp } from "./feedForward.ts"
export { type Activation, gainOf } from "./gain.ts"
export { initialise, initialiseAt, initialiseState } from "./initialise.ts"
export {
  constant,
  type Fan,
  type Initialiser,
  kaimingNormal,
  kaimingUniform,
  normal,
  ones,
  truncatedNormal,
  uniform,
  values,
  xavierNormal,
  xavierUniform,
  zeros
} from "./initialiser.ts"
export { linear } from "./linear.ts"
export { lstm } from "./lstm.ts"
export { type AnyModel, parameters, states } from "./members.ts"
export {
  type BoundState,
  type Context,
  type Member,
  type Mode,
  type Model,
  make,
  type Parameter,
  type ParameterOptions,
  parameter,
  type State,
  state
} from "./model.ts"
export { ModelError } from "./modelError.ts"
export { batchNorm, layerNorm, rmsNorm } from "./norm.ts"
export { orthogonal } from "./orthogonal.ts"
export { recomputed } from "./recomputed.ts"
export { select } from "./select.ts"
export { type Cache, type SelfAttentionOptions, selfAttention } from "./selfAttention.ts"
export { slots } from "./slots.ts"
export { type SummaryRow, summary, summaryRows } from "./summary.ts"
