// Data on the device.
import { np } from "./load.mjs"

/** Numbers as an array of a shape. */
export const array = (data, shape) => np.array(data, { shape })

/** Integers as an array of a shape. */
export const integerArray = (data, shape) => np.array(data, { shape, dtype: np.int32 })

/** Integers as one-hot rows. */
export const oneHot = (integers, count) => {
  const rows = new Float32Array(integers.length * count)
  for (const [row, integer] of integers.entries()) rows[row * count + integer] = 1
  return array(rows, [integers.length, count])
}
