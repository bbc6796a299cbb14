/**
 * How far a backend's results may be from the reference's in 64 bits: |a - b| ≤ n · ε · max(1, |b|), where ε is the distance
 * of 1 to the next number of the element type, and n is one number for an op's values and one for the residuals that it
 * hands back. Where the reference has NaN or an infinity, so must the backend.
 *
 * ```ts
 * import type { ResultTolerance } from "@residual/testing"
 * const fast: ResultTolerance = { values: 512, residuals: 1024, reason: "sin is a polynomial of degree 7 here" }
 * fast.values // => 512
 * ```
 */
export interface ResultTolerance {
  readonly values: number
  readonly residuals: number
  readonly reason: string
}

const exact: ResultTolerance = {
  values: 0,
  residuals: 0,
  reason: "elements are compared or drawn, or integers are computed, which is exact; no residual passes"
}

const moved: ResultTolerance = {
  values: 0,
  residuals: 64,
  reason: "elements are moved or chosen; up to 24 residuals of size up to 4 meet at one, added in any order"
}

const rounded: ResultTolerance = {
  values: 1,
  residuals: 64,
  reason: "one operation of IEEE 754; residuals are a few of them, added over the axes that were stretched"
}

const elementary: ResultTolerance = {
  values: 4,
  residuals: 64,
  reason: "one elementary function, to within 2.5 units in the last place on results of size up to 10"
}

const composed: ResultTolerance = {
  values: 32,
  residuals: 64,
  reason: "some ten rounded operations, the largest intermediate value up to 10 times the result"
}

const summed: ResultTolerance = {
  values: 64,
  residuals: 64,
  reason: "sums of up to 24 terms of size up to 4, added in any order"
}

const normalised: ResultTolerance = {
  values: 256,
  residuals: 1024,
  reason: "sums of 24 terms, divided by a deviation or a sum of weights that may be 1/4, in residuals by its square"
}

const table: ReadonlyArray<readonly [ResultTolerance, ReadonlyArray<string>]> = [
  [
    exact,
    [
      ...["fill", "iota", "randomBits", "uniform", "bernoulli", "permutation", "keySplit", "foldIn", "threefry2x32"],
      ...["less", "lessEqual", "greater", "greaterEqual", "equal", "notEqual", "argMax", "argMin", "any", "all"],
      ...["and", "or", "xor", "not", "logicalAnd", "logicalOr", "logicalXor", "logicalNot", "shiftLeft", "shiftRight"],
      ...["oneHot", "categorical", "floor", "ceil", "round", "sign", "stopGradient"]
    ]
  ],
  [
    moved,
    [
      ...["neg", "abs", "maximum", "minimum", "max", "min", "clamp", "where", "barrier", "relu"],
      ...["reshape", "expandDims", "squeeze", "broadcastTo", "transpose", "swapLast", "slice", "flip", "pad", "concat"],
      ...["stack", "split", "roll", "tile", "triangularLower", "triangularUpper", "sort", "topK"],
      ...["dynamicSlice", "dynamicUpdateSlice", "gather", "indexSelect", "embedding", "takeAlongAxis"],
      ...["window", "unfold", "maxPool1d", "maxPool2d"]
    ]
  ],
  [rounded, ["add", "sub", "mul", "div", "mod", "cast", "square", "sqrt", "leakyRelu", "dropout"]],
  [
    elementary,
    [
      ...["exp", "expm1", "log", "log1p", "sin", "cos", "atan", "tanh", "erf", "pow"],
      ...["reciprocal", "rsqrt", "sigmoid", "hardSigmoid", "elu", "selu"]
    ]
  ],
  [
    composed,
    [
      ...["tan", "asin", "acos", "sinh", "cosh", "asinh", "acosh", "atanh", "erfinv", "logSigmoid", "softplus"],
      ...["gelu", "silu", "mish", "hardSwish", "softmax", "logSoftmax", "logSumExp", "rotaryEmbedding"],
      ...["normal", "truncatedNormal"]
    ]
  ],
  [
    summed,
    [
      ...["sum", "mean", "prod", "cumSum", "norm", "scatterAdd", "unwindow", "dot", "matmul", "einsum"],
      ...["conv1d", "conv2d", "conv3d", "convTranspose2d", "avgPool1d", "avgPool2d", "adaptiveAvgPool2d"],
      ...["attention", "lstmCell", "gruCell", "l1", "huber", "smoothL1", "recompute"]
    ]
  ],
  [
    normalised,
    [
      ...["variance", "std", "layerNorm", "rmsNorm", "groupNorm", "instanceNorm", "batchNorm", "batchNormTraining"],
      ...["l2Normalize", "cosineSimilarity", "mse", "crossEntropy", "binaryCrossEntropyWithLogits", "klDivergence"]
    ]
  ]
]

/**
 * The tolerance of each op of the library, for backends whose elementary functions are good to 2.5 units in the last place.
 *
 * ```ts
 * import { resultTolerances } from "@residual/testing"
 * resultTolerances.sort?.values // => 0
 * ```
 */
export const resultTolerances: Readonly<Record<string, ResultTolerance>> = Object.fromEntries(
  table.flatMap(([tolerance, ops]) => ops.map((op) => [op, tolerance]))
)

/** The distance of 1 to the next number of a float type. */
export const epsilonOf = (dtype: "f32" | "f64"): number => (dtype === "f32" ? 2 ** -23 : 2 ** -52)

/** Whether a result is as near to the expected one as so many units allow; NaN and infinities must be the same. */
export const isWithin = (actual: number, expected: number, units: number, epsilon: number): boolean =>
  Object.is(actual, expected) ||
  (Number.isFinite(expected) && Math.abs(actual - expected) <= units * epsilon * Math.max(1, Math.abs(expected)))
