import type { AnyExpr } from "../../expr.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, mul } from "../arithmetic.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { placed } from "./standardise.ts"

/** Where the channels of a batch are. */
export const channels = [1]

/** A normalised batch times a scale and plus a bias for each channel. */
export const scaledByChannel = (standard: AnyExpr, scale: AnyExpr, bias: AnyExpr): AnyExpr => {
  const { shape } = standard.type
  return add(mul(standard, placed(scale, shape, channels)), placed(bias, shape, channels))
}

/** Throws a `ShapeError` for what is not a batch of floats with channels. */
export const checkChannels = (op: string, x: AnyExpr): void => {
  checkAccepted(op, "floats", [x])
  if (x.type.shape.length < 2) throw new ShapeError(op, [x.type], "[batch, channels, ...]")
}
