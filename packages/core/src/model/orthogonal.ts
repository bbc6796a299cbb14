import { normal as drawNormal } from "../random/hostDistributions.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { Initialiser } from "./initialiser.ts"

/**
 * A random orthogonal matrix, every one equally likely, times a gain, 1 by default. One that is not square has orthonormal
 * rows or columns, whichever are fewer; a weight of more axes is taken as a matrix of its first axis by all others. Throws
 * a `ShapeError` below rank 2.
 *
 * The orthogonal factor of a matrix of normal numbers, with the signs that make the other factor's diagonal positive:
 * A. M. Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks" (2014);
 * F. Mezzadri, "How to generate random matrices from the classical compact groups" (2007).
 *
 * ```ts
 * import { Model } from "@residual/core"
 * const [a, b, c, d] = Model.orthogonal(2)([0, 0], [2, 2])
 * Math.abs(a! * a! + b! * b! - 4) < 1e-12 // => true
 * Math.abs(a! * c! + b! * d!) < 1e-12 // => true
 * ```
 */
export const orthogonal =
  (gain: number = 1): Initialiser =>
  (key, shape) => {
    const [rows = 0, ...others] = shape
    if (others.length === 0) throw new ShapeError("orthogonal", [{ dtype: "f64", shape }], "two axes or more")
    const columns = ShapeOf.size(others)
    const drawn = drawNormal(key, rows * columns)
    const isWide = rows < columns
    // The vectors that become orthonormal: rows of a wide matrix, columns of any other.
    const vectors = Array.from({ length: isWide ? rows : columns }, (_, vector) =>
      Float64Array.from({ length: isWide ? columns : rows }, (_, at) =>
        isWide ? (drawn[vector * columns + at] as number) : (drawn[at * columns + vector] as number)
      )
    )
    const basis = orthonormalised(vectors)
    return Float64Array.from({ length: rows * columns }, (_, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns]
      const [vector, at] = isWide ? [row, column] : [column, row]
      return gain * (basis[vector]?.[at] as number)
    })
  }

/**
 * What Gram and Schmidt make of linearly independent vectors, by Householder's reflections, which lose no orthogonality:
 * the columns of Q, where the vectors are those of Q·R and R has a positive diagonal.
 */
const orthonormalised = (vectors: ReadonlyArray<Float64Array>): ReadonlyArray<Float64Array> => {
  const left = vectors.map((vector) => vector.slice())
  // Each reflection moves what is left of its vector onto the axis of its number; its mirror takes the vector's place.
  const signs = left.map((vector, axis) => {
    const sign = (vector[axis] as number) < 0 ? -1 : 1
    vector[axis] = (vector[axis] as number) + sign * Math.sqrt(dot(vector, vector, axis))
    const length = Math.sqrt(dot(vector, vector, axis))
    for (let at = axis; at < vector.length; at++) vector[at] = (vector[at] as number) / length
    for (const other of left.slice(axis + 1)) reflect(other, vector, axis)
    return -sign
  })
  return signs.map((sign, number) => {
    const column = new Float64Array(left[number]?.length ?? 0)
    column[number] = sign
    for (let axis = number; axis >= 0; axis--) reflect(column, left[axis] as Float64Array, axis)
    return column
  })
}

/** The product of two vectors from an axis on. */
const dot = (a: Float64Array, b: Float64Array, from: number): number => {
  let sum = 0
  for (let at = from; at < a.length; at++) sum += (a[at] as number) * (b[at] as number)
  return sum
}

/** Reflects a vector in place, from an axis on, by a mirror of length 1: v − 2·(v·m)·m. */
const reflect = (vector: Float64Array, mirror: Float64Array, from: number): void => {
  const twice = 2 * dot(vector, mirror, from)
  for (let at = from; at < vector.length; at++) vector[at] = (vector[at] as number) - twice * (mirror[at] as number)
}
