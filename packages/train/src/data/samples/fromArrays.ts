import { Tensor } from "@residual/backends"
import { DType, Shape, ShapeError } from "@residual/core"
import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"
import type { NumericArray, NumericElements } from "../numericArray.ts"
import type { Column, Samples } from "./samples.ts"

/** An array whose first axis is the samples, and what a batch has of it. */
export interface ArrayColumn extends NumericArray {
  /** The element type in batches: by default `f32` for floats, `u32` for `Uint32Array`, and `i32` for other integers. */
  readonly dtype?: DType.DType
  /** What each element is multiplied by: 1 by default. */
  readonly scale?: number
  /** What is added to that: 0 by default. */
  readonly shift?: number
}

/** The values of one column: an array with a shape, or nested or typed arrays, of which typed ones have a number a sample. */
export type ColumnSource = ArrayColumn | NumericElements | ReadonlyArray<Tensor.Numbers>

const isTyped = (values: ColumnSource): values is NumericElements => ArrayBuffer.isView(values)

const isNested = (values: ColumnSource): values is ReadonlyArray<Tensor.Numbers> => Array.isArray(values)

/** Throws a `ShapeError` for ragged arrays. */
const arrayOf = (values: ColumnSource): ArrayColumn => {
  if (isTyped(values)) return { shape: [values.length], elements: values }
  if (!isNested(values)) return values
  const tensor = Tensor.make(values)
  return { shape: tensor.type.shape, elements: Tensor.toTypedArray(tensor), dtype: tensor.type.dtype }
}

const dtypeOf = (elements: NumericElements): DType.DType => {
  if (elements instanceof Float32Array || elements instanceof Float64Array) return "f32"
  return elements instanceof Uint32Array ? "u32" : "i32"
}

/** The first element that the type does not hold, as text; a type holds every element of the arrays that default to it. */
const misfit = ({ shape, elements, dtype, scale = 1, shift = 0 }: ArrayColumn): string | undefined => {
  const isDefault = dtype === undefined || dtype === dtypeOf(elements)
  if (dtype !== undefined && DType.isFloat(dtype)) return undefined
  if (isDefault && scale === 1 && shift === 0) return undefined
  const type = dtype ?? dtypeOf(elements)
  const at = elements.findIndex((element) => !DType.holds(type, element * scale + shift))
  if (at < 0) return undefined
  const value = (elements[at] as number) * scale + shift
  return `row ${Math.floor((at * (shape[0] as number)) / elements.length)} has ${value}, not ${DType.range(type)}`
}

const columnOf = (array: ArrayColumn): Column => {
  const { elements, dtype = dtypeOf(elements), scale = 1, shift = 0 } = array
  const shape = array.shape.slice(1)
  const size = Shape.size(shape)
  const isCopied = scale === 1 && shift === 0
  const write: Column["write"] = (samples, into) =>
    Effect.sync(() => {
      for (const [row, sample] of samples.entries()) {
        const values = elements.subarray(sample * size, (sample + 1) * size)
        if (isCopied) into.set(values, row * size)
        else for (let at = 0; at < size; at++) into[row * size + at] = (values[at] as number) * scale + shift
      }
    })
  return { type: { dtype, shape }, write }
}

/**
 * Samples from arrays: a column for each, of which row `i` is sample `i`. Nested arrays of numbers are `f32`. An array
 * with a shape may be scaled as it is read, so that images can stay in bytes until they are in a batch.
 *
 * Fails with a `DataError` that names the column, where an array is ragged or has another number of rows than the first,
 * its elements do not fill its shape, or its type does not hold one of them.
 *
 * ```ts
 * import { Samples } from "@residual/train"
 * import { Effect } from "effect"
 * const images = { shape: [2, 1, 2, 2], elements: Uint8Array.of(0, 255, 255, 0, 255, 0, 0, 255) }
 * const samples = Effect.runSync(
 *   Samples.fromArrays({ images: { ...images, dtype: "f32", scale: 1 / 255 }, targets: Int32Array.of(1, 0) })
 * )
 * samples.columns["images"]!.type // => { dtype: "f32", shape: [1, 2, 2] }
 * samples.columns["targets"]!.type // => { dtype: "i32", shape: [] }
 * ```
 */
export const fromArrays = (
  columns: Readonly<Record<string, ColumnSource>>,
  { source = "the arrays" }: { readonly source?: string } = {}
): Effect.Effect<Samples, DataError> =>
  Effect.gen(function* () {
    const arrays: Array<readonly [string, ArrayColumn]> = []
    for (const [name, values] of Object.entries(columns)) {
      const fail = (reason: string) => Effect.fail(new DataError({ source, at: `column "${name}"`, reason }))
      const array = yield* Effect.try({ try: () => arrayOf(values), catch: (cause) => cause }).pipe(
        Effect.catch((cause) => (cause instanceof ShapeError ? fail(cause.message) : Effect.die(cause)))
      )
      const { shape, elements } = array
      if (shape.length === 0 || Shape.size(shape) !== elements.length) {
        return yield* fail(`${elements.length} elements do not make rows of shape [${shape}]`)
      }
      const [rows] = shape
      const first = arrays[0]
      if (first !== undefined && rows !== first[1].shape[0]) {
        return yield* fail(`it has ${rows} rows, "${first[0]}" has ${first[1].shape[0]}`)
      }
      const reason = misfit(array)
      if (reason !== undefined) return yield* fail(reason)
      arrays.push([name, array])
    }
    const [first] = arrays
    if (first === undefined) return yield* Effect.fail(new DataError({ source, reason: "it has no columns" }))
    return {
      source,
      count: first[1].shape[0] as number,
      columns: Object.fromEntries(arrays.map(([name, array]) => [name, columnOf(array)]))
    }
  })
