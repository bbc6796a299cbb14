import { type AnyExpr, Model, op, ShapeError } from "@residual/core"
import type { ImageOptions } from "./imageOptions.ts"

/**
 * What a convolutional network has beside what it reads.
 *
 * ```ts
 * import type { ConvNetOptions } from "@residual/models"
 * const colours: ConvNetOptions = { channels: 3, height: 32, width: 32, classes: 10, features: [16, 32, 64] }
 * colours.features.length // => 3
 * ```
 */
export interface ConvNetOptions extends ImageOptions {
  /** The channels after each convolution. */
  readonly features: ReadonlyArray<number>
  /** Whether each convolution is followed by a batch normalisation: true by default. */
  readonly batchNorm?: boolean
  /** The rate at which elements before the last map are dropped in training: 0 by default. */
  readonly dropout?: number
}

/**
 * Convolutions of 3×3, each with a batch normalisation, relu and max pooling to half, and one linear map. Input: images
 * `[batch, channels, height, width]` -> logits `[batch, classes]`. Throws a `ShapeError` for images that cannot be halved
 * so often.
 *
 * ```ts
 * import { input, Model } from "@residual/core"
 * import { convNet } from "@residual/models"
 * const model = convNet({ channels: 1, height: 28, width: 28, classes: 10, features: [8, 16] })
 * const images = input("images", [32, 1, 28, 28])
 * Model.apply(model, { ...Model.slots(model), mode: "evaluate" }, images).output.type.shape // => [32, 10]
 * ```
 */
export const convNet = (options: ConvNetOptions): Model.Model<AnyExpr, AnyExpr> => {
  const { channels, height, width, classes, features, batchNorm = true, dropout = 0 } = options
  const [rows, columns] = [halved(height, features.length), halved(width, features.length)]
  if (rows < 1 || columns < 1) {
    const expected = `images that can be halved ${features.length} times, not ${height}×${width}`
    throw new ShapeError("convNet", [], expected)
  }
  const last = features.at(-1) ?? channels
  const block = (at: number): Model.Model<AnyExpr, AnyExpr> => {
    const [from = channels, to = channels] = [features[at - 1], features[at]]
    return Model.sequence({
      convolution: Model.conv2d({ in: from, out: to, kernel: 3, padding: 1, bias: !batchNorm }),
      norm: batchNorm ? Model.batchNorm({ features: to }) : (x: AnyExpr) => x,
      pool: (x: AnyExpr) => op.maxPool2d(op.relu(x), { kernel: 2 })
    })
  }
  return Model.sequence({
    blocks: Model.repeat(features.length, block),
    flat: (x) => op.reshape(x, [-1, last * rows * columns]),
    dropout: Model.dropout({ rate: dropout }),
    logits: Model.linear({ in: last * rows * columns, out: classes })
  })
}

const halved = (size: number, times: number): number => Math.floor(size / 2 ** times)
