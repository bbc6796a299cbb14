import { type AnyExpr, Model, op, ShapeError } from "@residual/core"
import type { ImageOptions } from "./imageOptions.ts"

/**
 * What a LeNet has beside what it reads.
 *
 * ```ts
 * import type { LenetOptions } from "@residual/models"
 * const letters: LenetOptions = { channels: 1, height: 28, width: 28, classes: 26, dropout: 0.2 }
 * letters.classes // => 26
 * ```
 */
export interface LenetOptions extends ImageOptions {
  /** Whether each convolution is followed by a batch normalisation: false by default. */
  readonly batchNorm?: boolean
  /** The rate at which elements before the last map are dropped in training: 0 by default. */
  readonly dropout?: number
}

/** Channels of the convolutions, and features of the linear maps before the last one. */
const [edges, shapes, wide, narrow] = [6, 16, 120, 84]

/**
 * LeNet-5 with relu and max pooling: two convolutions of 5×5, each pooled to half, and three linear maps. Input: images
 * `[batch, channels, height, width]` -> logits `[batch, classes]`. Throws a `ShapeError` for images smaller than 12×12.
 *
 * Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998).
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * import { lenet } from "@residual/models"
 * const model = lenet({ channels: 1, height: 28, width: 28, classes: 10 })
 * const images = input("images", [32, 1, 28, 28])
 * Model.apply(model, { ...Model.slots(model), mode: "evaluate" }, images).output.type.shape // => [32, 10]
 * ```
 */
export const lenet = ({
  channels,
  height,
  width,
  classes,
  batchNorm = false,
  dropout = 0
}: LenetOptions): Model.Model<AnyExpr, AnyExpr> => {
  const [rows, columns] = [reduced(height), reduced(width)]
  if (rows < 1 || columns < 1) throw new ShapeError("lenet", [], `images of 12×12 or more, not ${height}×${width}`)
  const norm = (features: number) => (batchNorm ? Model.batchNorm({ features }) : (x: AnyExpr) => x)
  return Model.sequence({
    edges: Model.conv2d({ in: channels, out: edges, kernel: 5, padding: 2 }),
    edgesNorm: norm(edges),
    halved: pool,
    shapes: Model.conv2d({ in: edges, out: shapes, kernel: 5 }),
    shapesNorm: norm(shapes),
    quartered: pool,
    flat: (x) => op.reshape(x, [-1, shapes * rows * columns]),
    first: Model.linear({ in: shapes * rows * columns, out: wide }),
    firstActivation: op.relu,
    second: Model.linear({ in: wide, out: narrow }),
    secondActivation: op.relu,
    dropout: Model.dropout({ rate: dropout }),
    logits: Model.linear({ in: narrow, out: classes })
  })
}

/** Rows or columns that are left of so many. */
const reduced = (size: number): number => Math.floor((Math.floor(size / 2) - 4) / 2)

const pool = (x: AnyExpr): AnyExpr => op.maxPool2d(op.relu(x), { kernel: 2 })
