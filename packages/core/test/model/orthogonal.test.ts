import { fc, test } from "@fast-check/vitest"
import { HostRandom, Model, ShapeError } from "@residual/core"
import { describe, expect } from "vitest"

/** The rows of a matrix in row-major order. */
const rowsOf = (values: Float64Array, rows: number): ReadonlyArray<Float64Array> =>
  Array.from({ length: rows }, (_, row) =>
    values.subarray((row * values.length) / rows, ((row + 1) * values.length) / rows)
  )

const transposed = (matrix: ReadonlyArray<Float64Array>): ReadonlyArray<Float64Array> =>
  Array.from({ length: matrix[0]?.length ?? 0 }, (_, at) => Float64Array.from(matrix, (row) => row[at] as number))

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number)
  return sum
}

/** The vectors that are to be orthonormal, rows or columns, of what an initialiser drew. */
const vectorsOf = (values: Float64Array, [rows = 0, ...others]: ReadonlyArray<number>) => {
  const matrix = rowsOf(values, rows)
  return rows < others.reduce((a, b) => a * b, 1) ? matrix : transposed(matrix)
}

/** How far the products of vectors are from those of orthonormal ones, at most. */
const defect = (vectors: ReadonlyArray<Float64Array>): number =>
  vectors.reduce(
    (most, a, i) => vectors.reduce((worst, b, j) => Math.max(worst, Math.abs(dot(a, b) - (i === j ? 1 : 0))), most),
    0
  )

const size = fc.integer({ min: 1, max: 12 })
const shapes = fc.oneof(
  fc.tuple(size, size),
  fc.tuple(size, size, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
)

describe("orthogonal", () => {
  test.prop([fc.integer(), shapes])("has orthonormal rows or columns, whichever are fewer", (seed, shape) => {
    const vectors = vectorsOf(Model.orthogonal()(HostRandom.keyFromSeed(seed), shape), shape)
    expect(defect(vectors)).toBeLessThan(1e-12)
  })

  test("is orthogonal where it is large, and both ways where it is square", () => {
    const rows = rowsOf(Model.orthogonal()(HostRandom.keyFromSeed(1), [80, 80]), 80)
    expect(defect(rows)).toBeLessThan(1e-12)
    expect(defect(transposed(rows))).toBeLessThan(1e-12)
  })

  test("is scaled by its gain", () => {
    const [key, shape] = [HostRandom.keyFromSeed(2), [5, 9]]
    const plain = Model.orthogonal()(key, shape)
    expect(Model.orthogonal(Model.gainOf("relu"))(key, shape)).toEqual(plain.map((value) => Math.SQRT2 * value))
  })

  test.prop([fc.integer(), shapes])("is what Gram and Schmidt make of normal numbers", (seed, shape) => {
    const key = HostRandom.keyFromSeed(seed)
    const drawn = vectorsOf(Model.normal(1)(key, shape), shape)
    const basis = vectorsOf(Model.orthogonal()(key, shape), shape)
    // Vector by vector, what was drawn lies in the span of the first ones and points the way of the last of these.
    for (const [number, vector] of drawn.entries()) {
      const coordinates = basis.map((direction) => dot(direction, vector))
      expect(coordinates[number]).toBeGreaterThan(0)
      expect(Math.max(0, ...coordinates.slice(number + 1).map(Math.abs))).toBeLessThan(1e-12)
      const squares = coordinates.reduce((sum, coordinate) => sum + coordinate ** 2, 0)
      expect(Math.abs(squares / dot(vector, vector) - 1)).toBeLessThan(1e-12)
    }
  })

  test("every orthogonal matrix is equally likely: elements of a square one have mean 0 and variance 1/n", () => {
    const n = 4
    const draws = Array.from({ length: 1000 }, (_, seed) => Model.orthogonal()(HostRandom.keyFromSeed(seed), [n, n]))
    for (let at = 0; at < n * n; at++) {
      const mean = draws.reduce((sum, draw) => sum + (draw[at] as number), 0) / draws.length
      const square = draws.reduce((sum, draw) => sum + (draw[at] as number) ** 2, 0) / draws.length
      // Four standard errors: the variance of the square is 2(n − 1) / (n²(n + 2)).
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / n / draws.length))
      expect(Math.abs(square - 1 / n)).toBeLessThan(4 * Math.sqrt((2 * (n - 1)) / (n ** 2 * (n + 2)) / draws.length))
    }
  })

  test("refuses vectors and scalars", () => {
    for (const shape of [[], [3]]) {
      expect(() => Model.orthogonal()(HostRandom.keyFromSeed(0), shape)).toThrow(ShapeError)
    }
    expect(() => Model.orthogonal()(HostRandom.keyFromSeed(0), [3])).toThrow(
      "orthogonal(f64[3]): expected two axes or more"
    )
  })

  test("is empty where there are no elements", () => {
    expect(Model.orthogonal()(HostRandom.keyFromSeed(0), [0, 3])).toEqual(new Float64Array(0))
    expect(Model.orthogonal()(HostRandom.keyFromSeed(0), [3, 0])).toEqual(new Float64Array(0))
  })
})
