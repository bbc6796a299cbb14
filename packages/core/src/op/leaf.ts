import type { DType } from "../dtype.ts"
import { holds, isFloat, isInteger, range } from "../dtype.ts"
import type { AnyExpr, Dims, Expr } from "../expr.ts"
import { apply } from "../expr.ts"
import type { Shape } from "../shape.ts"
import * as ShapeOf from "../shape.ts"
import { ShapeError } from "../shapeError.ts"
import type { TensorType } from "../tensorType.ts"
import { axisOf } from "./axes.ts"
import { primitive } from "./primitive.ts"

/** What an input is called, what it holds, and whether it is bound at each run or to a slot of a Store. */
export interface InputAttrs {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  readonly binding: "run" | "slot"
}

export const inputOp = primitive<InputAttrs>("input", {
  infer: (_, { name, dtype, shape }) => {
    if (!ShapeOf.isValid(shape)) {
      throw new ShapeError("input", [{ dtype, shape }], `whole, non-negative sizes for "${name}"`)
    }
    return { dtype, shape }
  },
  backward: "none",
  rule: ""
})

/** Element type of a leaf, and the sizes of its named axes. */
export interface LeafOptions {
  readonly dtype?: DType
  readonly sizes?: Readonly<Record<string, number>>
}

/** The run-time shape of axes that may be named: each name is looked up in `sizes`. Throws a `ShapeError`. */
export const shapeOf = (op: string, dims: Dims, sizes: Readonly<Record<string, number>> = {}): Shape =>
  dims.map((dim) => {
    if (typeof dim === "number") return dim
    const size = sizes[dim]
    if (size === undefined) throw new ShapeError(op, [], `a size for the axis "${dim}", as { sizes: { ${dim}: … } }`)
    return size
  })

/**
 * A value given by the caller each time a program runs. Shape: `dims`, whose names take their sizes from `sizes`.
 * Throws a `ShapeError` for a size that is negative, fractional or missing.
 *
 * ```ts
 * import { input } from "@residual/core"
 * input("tokens", ["batch", "time"], { dtype: "i32", sizes: { batch: 4, time: 16 } }).type
 * // => { dtype: "i32", shape: [4, 16] }
 * ```
 */
export const input = <const S extends Dims>(name: string, dims: S, options: LeafOptions = {}): Expr<[...S]> =>
  apply(inputOp, [], {
    name,
    dtype: options.dtype ?? "f32",
    shape: shapeOf("input", dims, options.sizes),
    binding: "run"
  })

/**
 * A value that lives in a Store between runs: a parameter, optimiser state, a cache. Programs declare what they do with
 * each slot: read, write or both.
 *
 * ```ts
 * import { slot } from "@residual/core"
 * slot("blocks.0.weight", [3, 4]).type.shape // => [3, 4]
 * ```
 */
export const slot = <const S extends Dims>(name: string, dims: S, options: LeafOptions = {}): Expr<[...S]> =>
  apply(inputOp, [], {
    name,
    dtype: options.dtype ?? "f32",
    shape: shapeOf("slot", dims, options.sizes),
    binding: "slot"
  })

/** Throws a `ShapeError` that names the op for a number which an element type cannot hold. */
export const checkHeld = (
  op: string,
  types: ReadonlyArray<TensorType>,
  dtype: DType,
  values: ReadonlyArray<number>
): void => {
  const bad = values.find((value) => !holds(dtype, value))
  if (bad !== undefined) throw new ShapeError(op, types, `${range(dtype)}, not ${bad}`)
}

/** A constant's elements in row-major order; one element stands for a tensor filled with it. */
export interface ConstantAttrs {
  readonly dtype: DType
  readonly shape: Shape
  readonly values: ReadonlyArray<number>
}

export const constantOp = primitive<ConstantAttrs>("constant", {
  infer: (_, { dtype, shape, values }) => {
    const type = { dtype, shape }
    const size = ShapeOf.size(shape)
    if (!ShapeOf.isValid(shape)) throw new ShapeError("constant", [type], "whole, non-negative sizes")
    if (values.length !== 1 && values.length !== size) {
      throw new ShapeError("constant", [type], `1 or ${size} values, not ${values.length}`)
    }
    checkHeld("constant", [type], dtype, values)
    return type
  },
  backward: "none",
  rule: ""
})

/** Numbers nested as deep as a tensor has axes. */
export type Nested = number | boolean | ReadonlyArray<Nested>

const measure = (data: Nested): Array<number> =>
  typeof data === "object" ? [data.length, ...(data[0] === undefined ? [] : measure(data[0]))] : []

const flatten = (data: Nested, shape: Shape, axis: number, out: Array<number>): void => {
  if (typeof data !== "object") {
    if (axis !== shape.length) throw new ShapeError("constant", [], `nested arrays of one depth, at depth ${axis}`)
    out.push(Number(data))
    return
  }
  if (data.length !== shape[axis]) {
    throw new ShapeError("constant", [], `rows of ${shape[axis] ?? "no"} elements at depth ${axis}, not ${data.length}`)
  }
  for (const row of data) flatten(row, shape, axis + 1, out)
}

/**
 * A value known when the program is composed, from nested arrays, or from flat data and a `shape`; it takes no residual. Shape: as nested.
 * Throws a `ShapeError` for ragged arrays, a wrong number of values, and values that an integer type cannot hold.
 *
 * ```ts
 * import { constant } from "@residual/core"
 * constant([[1, 2, 3], [4, 5, 6]]).type.shape // => [2, 3]
 * constant([1, 2, 3, 4], { shape: [2, 2], dtype: "i32" }).type.shape // => [2, 2]
 * ```
 */
export const constant = (
  data: Nested | ArrayLike<number>,
  options: { readonly dtype?: DType; readonly shape?: Shape } = {}
): AnyExpr => {
  const dtype = options.dtype ?? "f32"
  if (options.shape !== undefined && typeof data === "object" && typeof data[0] !== "object") {
    return apply(constantOp, [], { dtype, shape: options.shape, values: Array.from(data as ArrayLike<number>) })
  }
  const nested = (
    typeof data === "object" && !Array.isArray(data) ? Array.from(data as ArrayLike<number>) : data
  ) as Nested
  const shape = measure(nested)
  const values: Array<number> = []
  flatten(nested, shape, 0, values)
  return apply(constantOp, [], { dtype, shape: options.shape ?? shape, values })
}

/**
 * A tensor filled with one number. Shape: `shape`.
 *
 * ```ts
 * import { op } from "@residual/core"
 * op.fill(0.5, { dtype: "f32", shape: [2, 2] }).type.shape // => [2, 2]
 * ```
 */
export const fill = (value: number, type: TensorType): AnyExpr =>
  apply(constantOp, [], { dtype: type.dtype, shape: type.shape, values: [value] })

/** The attributes of `iota`. */
export interface IotaAttrs {
  readonly dtype: DType
  readonly shape: Shape
  readonly axis: number
}

export const iotaOp = primitive<IotaAttrs>("iota", {
  infer: (_, { dtype, shape, axis }) => {
    const type = { dtype, shape }
    if (!ShapeOf.isValid(shape)) throw new ShapeError("iota", [type], "whole, non-negative sizes")
    if (axisOf("iota", type, axis) !== axis) throw new ShapeError("iota", [type], `an axis counted from the front`)
    if (dtype === "bool") throw new ShapeError("iota", [type], "a numeric type")
    return type
  },
  backward: "none",
  rule: ""
})

/**
 * Each element's own index along an axis (the first by default): 0, 1, 2 … Shape: `shape`. Throws a `ShapeError` for an
 * axis out of range and for bools.
 *
 * ```ts
 * import { op } from "@residual/core"
 * op.iota([2, 3], { axis: 1 }).type // => { dtype: "i32", shape: [2, 3] }
 * ```
 */
export const iota = (shape: Shape, options: { readonly axis?: number; readonly dtype?: DType } = {}): AnyExpr => {
  const { axis = 0, dtype = "i32" } = options
  return apply(iotaOp, [], { shape, axis: axisOf("iota", { dtype, shape }, axis), dtype })
}

/** The attributes of `randomBits`. */
export interface RandomBitsAttrs {
  readonly shape: Shape
}

export const randomBitsOp = primitive<RandomBitsAttrs>("randomBits", {
  infer: ([key], { shape }) => {
    if (key === undefined || key.dtype !== "u32" || !ShapeOf.equals(key.shape, [2])) {
      throw new ShapeError("randomBits", key === undefined ? [] : [key], "a key, u32[2]")
    }
    if (!ShapeOf.isValid(shape)) throw new ShapeError("randomBits", [key], "whole, non-negative sizes")
    return { dtype: "u32", shape }
  },
  backward: "none",
  rule: ""
})

/**
 * Random 32-bit words: element `i` in row-major order is `y0 ^ y1` of Threefry-2x32 at counter `i` under the key
 * (Salmon et al. 2011; JAX's partitionable form), so it depends on nothing but the key and `i`. Shape: key `u32[2]` ->
 * `shape`. Throws a `ShapeError` for a key of another type.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * op.randomBits(input("key", [2], { dtype: "u32" }), [8]).type // => { dtype: "u32", shape: [8] }
 * ```
 */
export const randomBits = (key: AnyExpr, shape: Shape): AnyExpr => apply(randomBitsOp, [key], { shape })

/** Which output a projection takes. */
export interface ProjectAttrs {
  readonly output: number
}

export const projectOp = primitive<ProjectAttrs>("project", {
  infer: (types, { output }) => {
    const type = types[output]
    if (type === undefined)
      throw new ShapeError("project", types, `an output from 0 to ${types.length - 1}, not ${output}`)
    return type
  },
  // The pullback hands an output's residual to the op that made it, without going through this row.
  backward: "none",
  rule: "r"
})

/**
 * One output of an op that has several.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const sorted = op.sort(input("x", [4]))
 * sorted.indices.op.name // => "project"
 * ```
 */
export const project = (application: AnyExpr, output: number): AnyExpr =>
  application.types.length === 1 && output === 0 ? application : apply(projectOp, [application], { output })

/** Whether a type is one that arithmetic accepts. */
export const isNumeric = (dtype: DType): boolean => isFloat(dtype) || isInteger(dtype)
