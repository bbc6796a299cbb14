import { DType, Shape, ShapeError, TensorType } from "@residual/core"

/**
 * Elements of a tensor in row-major order. Those of an `f32` may be kept in a `Float64Array`: the exact reference does
 * so, and numbers written down by people stay as they were written. A bool is 0 or 1.
 */
export type Elements = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

/**
 * Data: elements together with their type. It is immutable, and symbolic values are none of it: an expression says how
 * to compute, a tensor is what was computed. Programs are given tensors and return them; a Store keeps them on a device
 * from one run to the next.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.make([[1, 2], [3, 4]]).type // => { dtype: "f32", shape: [2, 2] }
 * ```
 */
export interface Tensor {
  readonly _tag: "Tensor"
  readonly type: TensorType.TensorType
  /** For backends, which must not write to them; others read a tensor by `toArray` and `toTypedArray`. */
  readonly "~elements": Elements
}

/**
 * Numbers as people write them down: nested arrays, flat arrays in row-major order, or typed arrays.
 *
 * ```ts
 * import type { Tensor } from "@residual/backends"
 * const matrix: Tensor.Numbers = [[1, 2], [3, 4]]
 * matrix // => [[1, 2], [3, 4]]
 * ```
 */
export type Numbers = number | boolean | ArrayLike<number> | ReadonlyArray<Numbers>

/**
 * Makes a tensor, copying its elements, from nested arrays, or from flat data with a `shape`. Its element type is
 * `dtype`, else the typed array's own, else `f32`. Throws a `ShapeError` for ragged arrays, a wrong number of elements,
 * and elements that an integer type does not hold.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.make([1, 2, 3, 4], { shape: [2, 2], dtype: "i32" }).type // => { dtype: "i32", shape: [2, 2] }
 * Tensor.make(new Float64Array(3)).type // => { dtype: "f64", shape: [3] }
 * ```
 */
export const make = (
  data: Numbers,
  options: { readonly dtype?: DType.DType; readonly shape?: Shape.Shape } = {}
): Tensor => {
  const dtype = options.dtype ?? dtypeOf(data)
  const measured = measure(data)
  const flat = flatten(data, measured)
  const shape = options.shape ?? measured
  if (!Shape.isValid(shape) || flat.length !== Shape.size(shape)) {
    throw new ShapeError("tensor", [{ dtype, shape }], `${Shape.size(shape)} elements, not ${flat.length}`)
  }
  return { _tag: "Tensor", type: { dtype, shape }, "~elements": elementsOf({ dtype, shape }, flat) }
}

/**
 * A tensor that takes elements over without copying them: for backends, which hand out what nobody else writes to.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.toArray(Tensor.adopt({ dtype: "f32", shape: [2] }, Float32Array.of(1, 2))) // => [1, 2]
 * ```
 */
export const adopt = (type: TensorType.TensorType, elements: Elements): Tensor => ({
  _tag: "Tensor",
  type,
  "~elements": elements
})

/**
 * The elements as nested arrays, as deep as the tensor has axes; bools are `true` and `false`.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.toArray(Tensor.make([1, 2, 3, 4], { shape: [2, 2] })) // => [[1, 2], [3, 4]]
 * Tensor.toArray(Tensor.make(7)) // => 7
 * ```
 */
export const toArray = (self: Tensor): Numbers => {
  const { dtype, shape } = self.type
  const elements = self["~elements"]
  const nest = (axis: number, start: number, length: number): Numbers => {
    if (axis === shape.length) return dtype === "bool" ? elements[start] !== 0 : (elements[start] as number)
    const count = shape[axis] as number
    return Array.from({ length: count }, (_, at) => nest(axis + 1, start + (at * length) / count, length / count))
  }
  return nest(0, 0, elements.length)
}

/**
 * A copy of the elements in row-major order.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.toTypedArray(Tensor.make([[1, 2]], { dtype: "i32" })) // => Int32Array.of(1, 2)
 * ```
 */
export const toTypedArray = (self: Tensor): Elements => self["~elements"].slice()

/**
 * The only element of a tensor that has one. Throws a `ShapeError` where there are others.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.toNumber(Tensor.make([2.5])) // => 2.5
 * ```
 */
export const toNumber = (self: Tensor): number => {
  const elements = self["~elements"]
  if (elements.length !== 1) throw new ShapeError("toNumber", [self.type], "one element")
  return elements[0] as number
}

/**
 * Whether two tensors have the same type and the same elements; NaN is the same as NaN, and 0 is not -0.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * Tensor.equals(Tensor.make([1, NaN]), Tensor.make([1, NaN])) // => true
 * ```
 */
export const equals = (self: Tensor, that: Tensor): boolean => {
  const [a, b] = [self["~elements"], that["~elements"]]
  if (!TensorType.equals(self.type, that.type)) return false
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}

const dtypeOf = (data: Numbers): DType.DType => {
  if (typeof data === "boolean") return "bool"
  if (data instanceof Float64Array) return "f64"
  if (data instanceof Int32Array) return "i32"
  if (data instanceof Uint32Array) return "u32"
  return typeof data === "object" && data[0] !== undefined ? dtypeOf(data[0] as Numbers) : "f32"
}

const measure = (data: Numbers): ReadonlyArray<number> => {
  if (typeof data !== "object") return []
  return [data.length, ...(Array.isArray(data) && data.length > 0 ? measure(data[0] as Numbers) : [])]
}

const flatten = (data: Numbers, shape: Shape.Shape): ArrayLike<number> => {
  if (typeof data === "object" && !Array.isArray(data)) return data as ArrayLike<number>
  const out: Array<number> = []
  const visit = (part: Numbers, axis: number): void => {
    if (axis === shape.length || typeof part !== "object") {
      if (axis !== shape.length || typeof part === "object") throw ragged(`depth ${axis}`)
      out.push(Number(part))
      return
    }
    if (part.length !== shape[axis]) throw ragged(`depth ${axis}, with rows of ${shape[axis]} and ${part.length}`)
    for (let at = 0; at < part.length; at++) visit(part[at] as Numbers, axis + 1)
  }
  visit(data, 0)
  return out
}

const ragged = (where: string): ShapeError =>
  new ShapeError("tensor", [], `nested arrays of one form, not ragged at ${where}`)

const limits = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1], bool: [0, 1] } as const

const elementsOf = (type: TensorType.TensorType, flat: ArrayLike<number>): Elements => {
  if (DType.isFloat(type.dtype)) {
    return type.dtype === "f32" && flat instanceof Float32Array ? flat.slice() : Float64Array.from(flat)
  }
  const [low, high] = limits[type.dtype]
  for (let i = 0; i < flat.length; i++) {
    const value = flat[i] as number
    if (!Number.isInteger(value) || value < low || value > high) {
      throw new ShapeError("tensor", [type], `whole elements from ${low} to ${high}, not ${value}`)
    }
  }
  if (type.dtype === "bool") return Uint8Array.from(flat)
  return type.dtype === "i32" ? Int32Array.from(flat) : Uint32Array.from(flat)
}
