import { type AnyExpr, Model, op } from "@residual/core"
import { side } from "../data/digits.ts"

const [edges, shapes] = [8, 16]

/** Each convolution halves the rows and columns. */
const reduced = side / 4

/** Two convolutions and a linear map: images `[n, 1, 28, 28]` -> logits `[n, 10]`. */
export const digitModel: Model.Model<AnyExpr, AnyExpr> = Model.sequence({
  edges: Model.conv2d({ in: 1, out: edges, kernel: 5, strides: 2, padding: 2 }),
  edgesActivation: op.relu,
  shapes: Model.conv2d({ in: edges, out: shapes, kernel: 3, strides: 2, padding: 1 }),
  shapesActivation: op.relu,
  flat: (x) => op.reshape(x, [-1, shapes * reduced * reduced]),
  logits: Model.linear({ in: shapes * reduced * reduced, out: 10 })
})
