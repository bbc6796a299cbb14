import type { Tensor } from "@residual/backends"
import type { TensorType } from "@residual/core"

/**
 * What the elements of a value come to: between which numbers its finite ones lie, and how many are not finite.
 *
 * ```ts
 * import type { Extent } from "@residual/train"
 * const extent: Extent = { type: { dtype: "f32", shape: [3] }, range: [-1, 2], nan: 1, infinite: 0, first: [2] }
 * extent.range // => [-1, 2]
 * ```
 */
export interface Extent {
  readonly type: TensorType.TensorType
  /** The least and the greatest finite element; absent where there is none. */
  readonly range: readonly [number, number] | undefined
  readonly nan: number
  readonly infinite: number
  /** The index of the first element that is not finite, axis by axis. */
  readonly first: ReadonlyArray<number> | undefined
}

/** What a tensor's elements come to. */
export const extentOf = (tensor: Tensor.Tensor): Extent => {
  const { type } = tensor
  let [low, high, nan, infinite, first] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, -1]
  const elements = tensor["~elements"]
  // Everything that a step computes passes here: an iterator would take longer than the step.
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at] as number
    if (Number.isFinite(element)) {
      if (element < low) low = element
      if (element > high) high = element
      continue
    }
    if (Number.isNaN(element)) nan++
    else infinite++
    if (first < 0) first = at
  }
  const counted = nan + infinite
  return {
    type,
    range: counted === elements.length ? undefined : [low, high],
    nan,
    infinite,
    first: counted === 0 ? undefined : indexOf(first, type.shape)
  }
}

/** Whether every element is finite. */
export const holdsNumbers = ({ nan, infinite }: Extent): boolean => nan + infinite === 0

/** The place of an element in row-major order, as an index for each axis. */
const indexOf = (place: number, shape: TensorType.TensorType["shape"]): ReadonlyArray<number> => {
  let rest = place
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size
      rest = Math.floor(rest / size)
      return index
    })
    .toReversed()
}
