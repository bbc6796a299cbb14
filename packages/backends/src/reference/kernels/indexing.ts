import { type Arithmetic, DType, Shape } from "@residual/core"
import { type Kernel, operand, resultType } from "../kernel.ts"
import { offsets } from "../offsets.ts"
import { allocate, copy, type Data, type Elements, plainOf, type Value } from "../value.ts"
import { addInto } from "./addInto.ts"

interface Lookup {
  readonly axis: number
  readonly batch: number
}

/**
 * Where each looked-up element lies in the value that it is looked up in, -1 for outside. The looked-up shape is that
 * value's with `axis` replaced by the axes that the indices have beyond `batch`.
 */
const places = <A>(whole: Shape.Shape, looked: Shape.Shape, indices: Value<A>, { axis, batch }: Lookup): Int32Array => {
  const length = whole[axis] as number
  const strides = Shape.strides(whole)
  const own = indices.type.shape.length - batch
  const indexStrides = Shape.strides(indices.type.shape)
  const beyond = new Array<number>(own).fill(0)
  const around = offsets(looked, [...strides.slice(0, axis), ...beyond, ...strides.slice(axis + 1)])
  const at = offsets(looked, [
    ...indexStrides.slice(0, batch),
    ...new Array<number>(axis - batch).fill(0),
    ...indexStrides.slice(batch),
    ...new Array<number>(whole.length - axis - 1).fill(0)
  ])
  const index = plainOf(indices.data)
  const stride = strides[axis] as number
  for (let i = 0; i < around.length; i++) {
    const place = index[at[i] as number] as number
    around[i] = place >= 0 && place < length ? (around[i] as number) + place * stride : -1
  }
  return around
}

/** Element `at[i]` of a value, or what lies outside where that is negative. */
const lookedUp = <A>(arithmetic: Arithmetic<A>, x: Value<A>, at: Int32Array, out: Data<A>, outside: number): void => {
  const [from, to]: readonly [Elements, Elements] = [x.data, out]
  const other = DType.isFloat(x.type.dtype) ? arithmetic.fromNumber(outside) : 0
  for (let i = 0; i < at.length; i++) {
    const place = at[i] as number
    to[i] = place < 0 ? other : from[place]
  }
}

export const gather: Kernel<"gather"> = (call) => {
  const [x, indices] = [operand(call, 0), operand(call, 1)]
  const type = resultType(call)
  const out = allocate(call.arithmetic, type)
  lookedUp(call.arithmetic, x, places(x.type.shape, type.shape, indices, call.attrs), out, call.attrs.outside)
  return [out]
}

/** Adds updates in the order of their elements; those outside are dropped. */
export const scatterAdd: Kernel<"scatterAdd"> = (call) => {
  const [target, indices, updates] = [operand(call, 0), operand(call, 1), operand(call, 2)]
  const out = copy(call.arithmetic, target)
  const at = places(target.type.shape, updates.type.shape, indices, call.attrs)
  addInto(call.arithmetic, target.type.dtype, out, updates.data, at)
  return [out]
}

/** Where each element of a part lies in the whole, -1 for outside. */
const partPlaces = <A>(whole: Shape.Shape, part: Shape.Shape, start: Value<A>): Int32Array => {
  const strides = Shape.strides(whole)
  const starts = Array.from(plainOf(start.data) as ArrayLike<number>)
  const at = new Int32Array(Shape.size(part))
  const coordinates = part.map((_, axis) =>
    offsets(
      part,
      part.map((_, i) => (i === axis ? 1 : 0)),
      starts[axis] as number
    )
  )
  for (let i = 0; i < at.length; i++) {
    let place = 0
    for (let axis = 0; axis < whole.length; axis++) {
      const coordinate = (coordinates[axis] as Int32Array)[i] as number
      if (coordinate < 0 || coordinate >= (whole[axis] as number)) {
        place = -1
        break
      }
      place += coordinate * (strides[axis] as number)
    }
    at[i] = place
  }
  return at
}

export const dynamicSlice: Kernel<"dynamicSlice"> = (call) => {
  const [x, start] = [operand(call, 0), operand(call, 1)]
  const out = allocate(call.arithmetic, resultType(call))
  lookedUp(call.arithmetic, x, partPlaces(x.type.shape, call.attrs.sizes, start), out, call.attrs.outside)
  return [out]
}

export const dynamicUpdateSlice: Kernel<"dynamicUpdateSlice"> = (call) => {
  const [x, update, start] = [operand(call, 0), operand(call, 1), operand(call, 2)]
  const out = copy(call.arithmetic, x)
  const at = partPlaces(x.type.shape, update.type.shape, start)
  const [from, to]: readonly [Elements, Elements] = [update.data, out]
  for (let i = 0; i < at.length; i++) {
    const place = at[i] as number
    if (place >= 0) to[place] = from[i]
  }
  return [out]
}
