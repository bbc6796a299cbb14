import { type AnyExpr, Model, op, type TensorType } from "@residual/core"
import { gpt } from "./gpt.ts"

/** Values known before anything runs: a type, and its elements in row-major order. */
export interface Data extends TensorType.TensorType {
  readonly values: ReadonlyArray<number>
}

/**
 * A step of the ladder: a model with what to feed it, what to expect of it, and how far it is off.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * import { type Example, line } from "@residual/models"
 * const lossOf = ({ model, input: { dtype, shape }, target, loss }: Example) => {
 *   const { output } = Model.apply(model, { ...Model.slots(model), mode: "train" }, input("x", shape, { dtype }))
 *   return loss(output, input("target", target.shape, { dtype: target.dtype }))
 * }
 * lossOf(line).type.shape // => []
 * ```
 */
export interface Example {
  readonly title: string
  readonly model: Model.Model<AnyExpr, AnyExpr>
  readonly input: Data
  readonly target: Data
  readonly loss: (output: AnyExpr, target: AnyExpr) => AnyExpr
}

const meanSquare = (output: AnyExpr, target: AnyExpr): AnyExpr => op.mse(output, target)

const data = (shape: ReadonlyArray<number>, values: ReadonlyArray<number>): Data => ({ dtype: "f32", shape, values })

/** A parameter that starts at given values. */
const given = (shape: ReadonlyArray<number>, ...values: ReadonlyArray<number>): Model.Parameter =>
  Model.parameter(shape, { initialiser: Model.values(values) })

/**
 * y = a · x + b, with scalars: the whole of backpropagation in two ops.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { line } from "@residual/models"
 * Object.keys(Model.parameters(line.model)) // => ["a", "b"]
 * ```
 */
export const line: Example = {
  title: "a line",
  model: Model.make({ a: given([], 1.5), b: given([], 0.5) }, ({ a, b }, x: AnyExpr) => op.add(op.mul(x, a), b)),
  input: data([], [2]),
  target: data([], [5]),
  loss: meanSquare
}

/**
 * Two lines, one after the other: the outgoing residual of the second is the incoming one of the first.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { twoLayer } from "@residual/models"
 * Object.keys(Model.parameters(twoLayer.model)) // => ["w1", "b1", "w2", "b2"]
 * ```
 */
export const twoLayer: Example = {
  title: "two scalar layers",
  model: Model.make(
    { w1: given([], 0.5), b1: given([], 1), w2: given([], -2), b2: given([], 0.5) },
    ({ w1, b1, w2, b2 }, x: AnyExpr) => {
      const hidden = op.add(op.mul(x, w1), b1)
      return op.add(op.mul(hidden, w2), b2)
    }
  ),
  input: data([], [2]),
  target: data([], [1]),
  loss: meanSquare
}

/**
 * An activation slid between weight and bias: one more op, with one more local derivative.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { activation } from "@residual/models"
 * Object.keys(Model.parameters(activation.model)) // => ["w", "b"]
 * ```
 */
export const activation: Example = {
  title: "an activation",
  model: Model.make({ w: given([], 0.5), b: given([], 1) }, ({ w, b }, x: AnyExpr) => op.add(op.gelu(op.mul(x, w)), b)),
  input: data([], [2]),
  target: data([], [3]),
  loss: meanSquare
}

/**
 * Two layers of matrices: vectors are matrices of one row, and the residual goes back through the transposes.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { matrix } from "@residual/models"
 * Object.keys(Model.parameters(matrix.model)) // => ["w1", "b1", "w2", "b2"]
 * ```
 */
export const matrix: Example = {
  title: "matrices",
  model: Model.make(
    {
      w1: given([2, 3], 0.5, -1, 0.25, 1, 0.5, -0.5),
      b1: given([1, 3], 0.1, 0.2, 0.3),
      w2: given([3, 2], 1, 0.5, -0.5, 1, 0.25, -1),
      b2: given([1, 2], 0, 0.5)
    },
    ({ w1, b1, w2, b2 }, x: AnyExpr) => {
      const hidden = op.relu(op.add(op.matmul(x, w1), b1))
      return op.add(op.matmul(hidden, w2), b2)
    }
  ),
  input: data([1, 2], [1, 2]),
  target: data([1, 2], [1, 0]),
  loss: meanSquare
}

/**
 * A skip connection: its input is used twice, so that two residuals arrive there and are summed.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { skip } from "@residual/models"
 * Object.keys(Model.parameters(skip.model)) // => ["w0", "w", "b"]
 * ```
 */
export const skip: Example = {
  title: "a skip connection",
  model: Model.make(
    { w0: given([2, 2], 1, 0.5, -0.5, 1), w: given([2, 2], 0.5, -1, 1, 0.5), b: given([1, 2], 0.1, -0.1) },
    ({ w0, w, b }, x: AnyExpr) => {
      const entered = op.matmul(x, w0)
      return op.add(entered, op.gelu(op.add(op.matmul(entered, w), b)))
    }
  ),
  input: data([1, 2], [1, 2]),
  target: data([1, 2], [0, 1]),
  loss: meanSquare
}

/**
 * Attention of three tokens to each other: each is used for its query, its key and its value, and the three residuals
 * are summed.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * import { attention } from "@residual/models"
 * Object.keys(Model.parameters(attention.model))
 * // => ["embed", "query", "key", "value"]
 * ```
 */
export const attention: Example = {
  title: "attention",
  model: Model.make(
    {
      embed: given([2, 2], 1, 0, 0.5, 1),
      query: given([2, 2], 0.5, 1, -1, 0.5),
      key: given([2, 2], 1, -0.5, 0.5, 1),
      value: given([2, 2], 1, 0.5, -0.5, 1)
    },
    ({ embed, query, key, value }, x: AnyExpr) => {
      const tokens = op.matmul(x, embed)
      const [q, k, v] = [op.matmul(tokens, query), op.matmul(tokens, key), op.matmul(tokens, value)]
      const scores = op.div(op.matmul(q, op.transpose(k)), Math.SQRT2)
      return op.matmul(op.softmax(scores), v)
    }
  ),
  input: data([3, 2], [1, 0, 0, 1, 1, 1]),
  target: data([3, 2], [1, 0, 0, 1, 1, 1]),
  loss: meanSquare
}

const tiny = { vocabulary: 5, context: 4, layers: 1, heads: 2, width: 4 }

const tinyGpt: Example = {
  title: "a GPT",
  model: gpt(tiny),
  input: { dtype: "i32", shape: [1, 4], values: [0, 1, 2, 3] },
  target: { dtype: "i32", shape: [1, 4], values: [1, 2, 3, 4] },
  loss: (output, target) => op.crossEntropy(output, target)
}

/**
 * The ladder from a line to a GPT, by the names under which it is asked for.
 *
 * ```ts
 * import { ladder } from "@residual/models"
 * Object.keys(ladder) // => ["line", "two-layer", "activation", "matrix", "skip", "attention", "gpt"]
 * ```
 */
export const ladder = {
  line,
  "two-layer": twoLayer,
  activation,
  matrix,
  skip,
  attention,
  gpt: tinyGpt
} as const satisfies Readonly<Record<string, Example>>
