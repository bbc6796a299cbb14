/**
 * What images a model reads, and how many classes it tells apart.
 *
 * ```ts
 * import type { ImageOptions } from "@residual/models"
 * const digits: ImageOptions = { channels: 1, height: 28, width: 28, classes: 10 }
 * digits.height * digits.width // => 784
 * ```
 */
export interface ImageOptions {
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly classes: number
}
