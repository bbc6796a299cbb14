import { type AnyExpr, type DType, op } from "@residual/core"
import type { Exprs, Operand } from "./holds.ts"

type Sizes = readonly [channels: number, height: number, width: number, rows: number, columns: number]

/** Sizes of images, and of what passes over them. */
export const convolutions: ReadonlyArray<Sizes> = [
  [2, 4, 3, 3, 2],
  [1, 3, 3, 2, 2],
  [2, 8, 9, 5, 5],
  [3, 7, 9, 4, 4],
  [3, 7, 9, 2, 6]
]

/** Two images of some sizes, and three kernels. */
export const convolved = (
  [channels, height, width, rows, columns]: Sizes,
  dtype: DType.DType
): Readonly<Record<string, Operand>> => ({
  x: { shape: [2, channels, height, width], dtype },
  weight: { shape: [3, channels, rows, columns], dtype }
})

/** Convolutions of images, and their pools. */
export const ofConvolution = ({ x, weight }: Exprs): Exprs => ({
  same: op.conv2d(x as AnyExpr, weight as AnyExpr, { padding: "same" }),
  strided: op.conv2d(x as AnyExpr, weight as AnyExpr, { strides: 2, padding: 3 }),
  pooled: op.maxPool2d(x as AnyExpr, { kernel: 3, strides: 2, padding: 1 })
})
