import { ShapeError } from "@residual/core"
import { describe, expect, test } from "vitest"
import * as Tensor from "../src/tensor.ts"

describe("Tensor", () => {
  test("is made from nested arrays, flat data and typed arrays", () => {
    expect(Tensor.make([[1, 2, 3]]).type).toEqual({ dtype: "f32", shape: [1, 3] })
    expect(Tensor.make(4).type).toEqual({ dtype: "f32", shape: [] })
    expect(Tensor.make([]).type).toEqual({ dtype: "f32", shape: [0] })
    expect(Tensor.make([[], []]).type).toEqual({ dtype: "f32", shape: [2, 0] })
    expect(Tensor.make([[true], [false]]).type).toEqual({ dtype: "bool", shape: [2, 1] })
    expect(Tensor.make(new Float32Array(6), { shape: [2, 3] }).type).toEqual({ dtype: "f32", shape: [2, 3] })
    expect(Tensor.make(new Uint32Array(2)).type).toEqual({ dtype: "u32", shape: [2] })
    expect(Tensor.make(Int32Array.of(1, 2), { dtype: "f64" }).type).toEqual({ dtype: "f64", shape: [2] })
    expect(Tensor.make([], { shape: [0, 3] }).type).toEqual({ dtype: "f32", shape: [0, 3] })
  })

  test("gives its elements back, nested and flat", () => {
    expect(
      Tensor.toArray(
        Tensor.make(
          [
            [1, 2],
            [3, 4]
          ],
          { dtype: "i32" }
        )
      )
    ).toEqual([
      [1, 2],
      [3, 4]
    ])
    expect(Tensor.toArray(Tensor.make([true, false]))).toEqual([true, false])
    expect(Tensor.toArray(Tensor.make([[], []]))).toEqual([[], []])
    expect(Tensor.toTypedArray(Tensor.make([1, 0], { dtype: "bool" }))).toEqual(Uint8Array.of(1, 0))
    expect(Tensor.toTypedArray(Tensor.make([0.1]))).toEqual(Float64Array.of(0.1))
    expect(Tensor.toTypedArray(Tensor.make(Float32Array.of(0.1)))).toEqual(Float32Array.of(0.1))
    expect(Tensor.toNumber(Tensor.make([[5]]))).toBe(5)
    expect(() => Tensor.toNumber(Tensor.make([1, 2]))).toThrow(ShapeError)
  })

  test("shares no memory with what it is made from, nor with what it gives", () => {
    const given = Float64Array.of(1, 2)
    const tensor = Tensor.make(given)
    given[0] = 9
    Tensor.toTypedArray(tensor)[1] = 9
    expect(Tensor.toArray(tensor)).toEqual([1, 2])
  })

  test("refuses ragged arrays, wrong counts, and what an integer does not hold", () => {
    expect(() => Tensor.make([[1, 2], [3]])).toThrow(
      "nested arrays of one form, not ragged at depth 1, with rows of 2 and 1"
    )
    expect(() => Tensor.make([[1], 2])).toThrow(ShapeError)
    expect(() => Tensor.make([1, [2]])).toThrow(ShapeError)
    expect(() => Tensor.make([1, 2, 3], { shape: [2] })).toThrow("tensor(f32[2]): expected 2 elements, not 3")
    expect(() => Tensor.make([1], { shape: [-1] })).toThrow(ShapeError)
    expect(() => Tensor.make([1.5], { dtype: "i32" })).toThrow(
      "expected whole elements from -2147483648 to 2147483647, not 1.5"
    )
    expect(() => Tensor.make([-1], { dtype: "u32" })).toThrow(ShapeError)
    expect(() => Tensor.make([2], { dtype: "bool" })).toThrow(ShapeError)
  })

  test("equals tensors of its type and elements, NaN included, and tells zeros apart", () => {
    expect(Tensor.equals(Tensor.make([NaN, 1]), Tensor.make([NaN, 1]))).toBe(true)
    expect(Tensor.equals(Tensor.make([0]), Tensor.make([-0]))).toBe(false)
    expect(Tensor.equals(Tensor.make([1]), Tensor.make([1], { dtype: "f64" }))).toBe(false)
    expect(Tensor.equals(Tensor.make([1]), Tensor.make([[1]]))).toBe(false)
  })
})
