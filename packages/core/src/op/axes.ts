import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"

/** One axis counted from the front; a negative one counts from the end. Throws a `ShapeError` where there is none. */
export const axisOf = (op: string, type: TensorType, axis: number): number => {
  const rank = type.shape.length
  const at = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(at) || at < 0 || at >= rank) {
    throw new ShapeError(
      op,
      [type],
      rank === 0 ? `no axis, not ${axis}` : `an axis from ${-rank} to ${rank - 1}, not ${axis}`
    )
  }
  return at
}

/** Sorted, distinct axes counted from the front; all of them where none are given. Throws a `ShapeError`. */
export const axesOf = (
  op: string,
  type: TensorType,
  axes: ReadonlyArray<number> | number | undefined
): ReadonlyArray<number> => {
  if (axes === undefined) return type.shape.map((_, axis) => axis)
  const sorted = (typeof axes === "number" ? [axes] : axes).map((axis) => axisOf(op, type, axis)).sort((a, b) => a - b)
  if (sorted.some((axis, at) => at > 0 && axis === sorted[at - 1])) {
    throw new ShapeError(op, [type], `each axis once, not [${String(axes)}]`)
  }
  return sorted
}
