import { type AnyExpr, DType, Shape } from "@residual/core"

/**
 * What a step of a random computation draws from: the values that there are, and numbers. A draw is never out of range,
 * so that a step means something whatever was dropped before it.
 */
export interface Draw {
  /** One of the values that pass a test, or `undefined` where none does. */
  readonly value: (test: (value: AnyExpr) => boolean) => AnyExpr | undefined
  /** A whole number from 0 up to, not including, a limit. */
  readonly below: (limit: number) => number
  readonly boolean: () => boolean
  readonly of: <A>(choices: ReadonlyArray<A>) => A
  /** One of the element types that values may have. */
  readonly dtype: () => DType.DType
}

/** Makes a value from others, or nothing where there are none that it fits. */
export type Step = (draw: Draw) => AnyExpr | undefined

/** Values with more elements than this are not made. */
export const mostElements = 48

export const isFloat = ({ type }: AnyExpr): boolean => DType.isFloat(type.dtype)

export const isInteger = ({ type }: AnyExpr): boolean => DType.isInteger(type.dtype)

export const isNumeric = (value: AnyExpr): boolean => isFloat(value) || isInteger(value)

export const isBool = ({ type }: AnyExpr): boolean => type.dtype === "bool"

/** Whether a value has so many axes at least. */
export const hasRank =
  (least: number) =>
  ({ type }: AnyExpr): boolean =>
    type.shape.length >= least

/** Whether a value has another's element type and broadcasts with it. */
export const goesWith =
  (other: AnyExpr) =>
  ({ type }: AnyExpr): boolean => {
    const shape = Shape.broadcast(type.shape, other.type.shape)
    return type.dtype === other.type.dtype && shape !== undefined && Shape.size(shape) <= mostElements
  }

/** Applies a function to a drawn value, where there is one. */
export const withValue =
  (test: (value: AnyExpr) => boolean, make: (value: AnyExpr, draw: Draw) => AnyExpr | undefined): Step =>
  (draw) => {
    const value = draw.value(test)
    return value === undefined ? undefined : make(value, draw)
  }

/** Applies a function to two drawn values that go with each other. */
export const withPair = (
  test: (value: AnyExpr) => boolean,
  make: (a: AnyExpr, b: AnyExpr, draw: Draw) => AnyExpr | undefined
): Step =>
  withValue(test, (a, draw) => {
    const b = draw.value(goesWith(a))
    return b === undefined ? undefined : make(a, b, draw)
  })
