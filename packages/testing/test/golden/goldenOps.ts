import { type AnyExpr, constant, op } from "@residual/core"

type Compose = (...inputs: ReadonlyArray<AnyExpr>) => AnyExpr

/** A composition that is given as many inputs as it names. */
const of =
  (compose: (a: AnyExpr, b: AnyExpr, c: AnyExpr) => AnyExpr): Compose =>
  (...inputs) =>
    compose(inputs[0] as AnyExpr, inputs[1] as AnyExpr, inputs[2] as AnyExpr)

const integers = (values: Parameters<typeof constant>[0]): AnyExpr => constant(values, { dtype: "i32" })

const index = integers([
  [2, 0, 1],
  [1, 1, 3]
])

const alongEachAxis = (name: string, compose: (x: AnyExpr, axis: number) => AnyExpr): Record<string, Compose> =>
  Object.fromEntries([0, 1, -1].map((axis) => [`${name}_${axis}`, of((x) => compose(x, axis))]))

const convolution = (strides: number, padding: number, dilation: number, groups: number): Compose =>
  of((x, weight, bias) => op.conv2d(x, weight, { bias, strides, padding, dilation, groups }))

const targets = integers([1, 0, 3])

/** The library's ops by the names of the golden cases, with the attributes that the cases were made with. */
export const goldenOps: Readonly<Record<string, Compose>> = {
  exp: of(op.exp),
  log: of(op.log),
  sqrt: of(op.sqrt),
  rsqrt: of(op.rsqrt),
  sin: of(op.sin),
  cos: of(op.cos),
  tan: of(op.tan),
  tanh: of(op.tanh),
  sigmoid: of(op.sigmoid),
  erf: of(op.erf),
  abs: of(op.abs),
  reciprocal: of(op.reciprocal),
  square: of(op.square),
  log1p: of(op.log1p),
  expm1: of(op.expm1),
  asinh: of(op.asinh),
  atan: of(op.atan),
  sinh: of(op.sinh),
  cosh: of(op.cosh),
  relu: of(op.relu),
  silu: of(op.silu),
  mish: of(op.mish),
  softplus: of(op.softplus),
  elu: of((x) => op.elu(x)),
  selu: of(op.selu),
  hardswish: of(op.hardSwish),
  hardsigmoid: of(op.hardSigmoid),
  leaky_relu: of((x) => op.leakyRelu(x)),
  logsigmoid: of(op.logSigmoid),
  gelu_erf: of((x) => op.gelu(x)),
  gelu_tanh: of((x) => op.gelu(x, { approximate: "tanh" })),
  add_bcast: of(op.add),
  mul_bcast: of(op.mul),
  div_bcast: of(op.div),
  pow_tensor: of(op.pow),
  maximum: of(op.maximum),
  where: of((a, b) => op.where(op.greater(a, 0), op.mul(a, b), b)),
  clamp: of((x) => op.clamp(x, { min: -0.5, max: 0.5 })),
  ...alongEachAxis("softmax", (x, axis) => op.softmax(x, { axis })),
  ...alongEachAxis("log_softmax", (x, axis) => op.logSoftmax(x, { axis })),
  ...alongEachAxis("logsumexp", (x, axis) => op.logSumExp(x, { axes: [axis] })),
  ...alongEachAxis("cumsum", (x, axis) => op.cumSum(x, { axis })),
  ...alongEachAxis("prod", (x, axis) => op.prod(x, { axes: [axis] })),
  ...alongEachAxis("var", (x, axis) => op.variance(x, { axes: [axis], correction: 1 })),
  ...alongEachAxis("max", (x, axis) => op.max(x, { axes: [axis] })),
  matmul: of(op.matmul),
  bmm_bcast: of(op.matmul),
  matvec: of(op.matmul),
  einsum_bhqd: of((a, b) => op.einsum("bqhd,bkhd->bhqk", a, b)),
  linear: of((x, weight, bias) => op.add(op.matmul(x, op.transpose(weight)), bias)),
  gather_1: of((x) => op.takeAlongAxis(x, index, { axis: 1 })),
  index_select_dup: of((x) => op.indexSelect(x, integers([2, 0, 2]))),
  scatter_add: of((x, updates) => op.scatterAdd(x, index, updates, { axis: 1 })),
  embedding: of((table) => op.embedding(table, index)),
  slice_step: of((x) => op.slice(x, { starts: [1], steps: [1, 2] })),
  cat: of((a, b) => op.concat([a, b], { axis: 1 })),
  stack: of((a, b) => op.stack([a, b], { axis: 1 })),
  permute_reshape: of((x) => op.reshape(op.transpose(x, [2, 0, 1]), [4, 6])),
  flip: of((x) => op.flip(x, [1])),
  roll: of((x) => op.roll(x, 2, { axes: 1 })),
  tril: of((x) => op.triangularLower(x, { diagonal: -1 })),
  pad_const: of((x) => op.pad(x, { before: [0, 1], after: [1, 2], value: 0.5 })),
  pad_reflect: of((x) => op.pad(x, { before: [0, 0, 2], after: [0, 0, 1], mode: "reflect" })),
  expand_sum: of((x) => op.sum(op.broadcastTo(x, [3, 2, 4]), { axes: [0] })),
  sort: of((x) => op.sort(x).values),
  topk: of((x) => op.topK(x, 2).values),
  conv2d_s1p0d1g1: convolution(1, 0, 1, 1),
  conv2d_s2p1d1g1: convolution(2, 1, 1, 1),
  conv2d_s1p2d2g1: convolution(1, 2, 2, 1),
  conv2d_s1p1d1g2: convolution(1, 1, 1, 2),
  conv2d_s2p1d1g4: convolution(2, 1, 1, 4),
  conv1d: of((x, weight) => op.conv1d(x, weight, { padding: 1 })),
  conv3d: of((x, weight) => op.conv3d(x, weight)),
  conv_transpose2d: of((x, weight, bias) =>
    op.convTranspose2d(x, weight, { bias, strides: 2, padding: 1, outputPadding: 1 })
  ),
  max_pool2d: of((x) => op.maxPool2d(x, { kernel: 2, strides: 2 })),
  max_pool2d_k3s2p1: of((x) => op.maxPool2d(x, { kernel: 3, strides: 2, padding: 1 })),
  avg_pool2d: of((x) => op.avgPool2d(x, { kernel: 3, strides: 2, padding: 1, countIncludePad: false })),
  adaptive_avg_pool2d: of((x) => op.adaptiveAvgPool2d(x, [3, 2])),
  unfold: of((x) => op.unfold(x, { kernel: 3, padding: 1 })),
  layer_norm: of((x, scale, bias) => op.layerNorm(x, { scale, bias })),
  batch_norm_train: of((x, scale, bias) => op.batchNormTraining(x, { scale, bias }).output),
  group_norm: of((x, scale, bias) => op.groupNorm(x, { groups: 2, scale, bias })),
  instance_norm: of((x) => op.instanceNorm(x)),
  rms_norm: of((x, scale) => op.rmsNorm(x, { scale })),
  normalize_l2: of((x) => op.l2Normalize(x)),
  attention: of((query, key, value) => op.attention(query, key, value)),
  attention_causal: of((query, key, value) => op.attention(query, key, value, { causal: true })),
  cross_entropy: of((logits) => op.crossEntropy(logits, targets)),
  cross_entropy_smooth: of((logits) => op.crossEntropy(logits, targets, { labelSmoothing: 0.1 })),
  cross_entropy_ignore: of((logits) => op.crossEntropy(logits, integers([1, -100, 3]))),
  mse: of((a, b) => op.mse(a, b)),
  smooth_l1: of((a, b) => op.smoothL1(a, b, { beta: 0.7 })),
  huber: of((a, b) => op.huber(a, b, { delta: 0.7 })),
  bce_logits: of((logits) =>
    op.binaryCrossEntropyWithLogits(logits, op.broadcastTo(constant([[1, 0, 1, 0]], { dtype: "f64" }), [3, 4]))
  ),
  kl_div: of((a, b) => op.klDivergence(op.logSoftmax(a), op.softmax(b))),
  cosine_similarity: of((a, b) => op.cosineSimilarity(a, b, { axis: 1 }))
}

/** Cases of what the library does not have. */
export const absentOps: ReadonlyArray<string> = [
  "cholesky",
  "solve",
  "inv",
  "logdet",
  "upsample_bilinear",
  "upsample_nearest"
]
