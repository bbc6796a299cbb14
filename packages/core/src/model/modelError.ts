/**
 * A model that is composed or applied wrongly: what is missing or does not fit, and the path of the place.
 *
 * ```ts
 * import { Model } from "@residual/core"
 * new Model.ModelError("blocks.0.weight", "a value of type f32[2,3]").message // => "blocks.0.weight: expected a value of type f32[2,3]"
 * ```
 */
export class ModelError extends Error {
  readonly _tag = "ModelError"
  readonly path: string
  readonly expected: string
  constructor(path: string, expected: string) {
    super(`${path === "" ? "the model" : path}: expected ${expected}`)
    this.name = "ModelError"
    this.path = path
    this.expected = expected
  }
}
