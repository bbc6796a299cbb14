import { type Arithmetic, Shape, type TensorType } from "@residual/core"
import { type Kernel, operand, resultType } from "../kernel.ts"
import { offsets } from "../offsets.ts"
import { allocate, type Data, type Elements, element, fill, type Value } from "../value.ts"

/** A new value whose element `i` is the operand's element `at[i]`. */
export const taken = <A>(
  arithmetic: Arithmetic<A>,
  x: Value<A>,
  type: TensorType.TensorType,
  at: Int32Array
): Data<A> => {
  const out = allocate(arithmetic, type)
  const [from, to]: readonly [Elements, Elements] = [x.data, out]
  for (let i = 0; i < at.length; i++) to[i] = from[at[i] as number]
  return out
}

/** Writes element `i` of the operand to `at[i]`. */
export const put = <A>(out: Data<A>, x: Value<A>, at: Int32Array): void => {
  const [from, to]: readonly [Elements, Elements] = [x.data, out]
  for (let i = 0; i < at.length; i++) to[at[i] as number] = from[i]
}

export const transpose: Kernel<"transpose"> = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  const strides = Shape.strides(x.type.shape)
  return [
    taken(
      call.arithmetic,
      x,
      type,
      offsets(
        type.shape,
        call.attrs.permutation.map((axis) => strides[axis] as number)
      )
    )
  ]
}

export const broadcast: Kernel<"broadcast"> = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  const strides = Shape.strides(x.type.shape).map((stride, axis) => (x.type.shape[axis] === 1 ? 0 : stride))
  return [taken(call.arithmetic, x, type, offsets(type.shape, strides))]
}

export const slice: Kernel<"slice"> = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  const { starts, steps } = call.attrs
  const strides = Shape.strides(x.type.shape)
  const base = strides.reduce((base, stride, axis) => base + stride * (starts[axis] as number), 0)
  return [
    taken(
      call.arithmetic,
      x,
      type,
      offsets(
        type.shape,
        strides.map((stride, axis) => stride * (steps[axis] as number)),
        base
      )
    )
  ]
}

export const pad: Kernel<"pad"> = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  const { before, interior, value } = call.attrs
  const out = allocate(call.arithmetic, type)
  fill(out, element(call.arithmetic, type.dtype, value))
  const strides = Shape.strides(type.shape)
  const base = strides.reduce((base, stride, axis) => base + stride * (before[axis] as number), 0)
  put(
    out,
    x,
    offsets(
      x.type.shape,
      strides.map((stride, axis) => stride * ((interior[axis] as number) + 1)),
      base
    )
  )
  return [out]
}

export const concat: Kernel<"concat"> = (call) => {
  const type = resultType(call)
  const { axis } = call.attrs
  const out = allocate(call.arithmetic, type)
  const strides = Shape.strides(type.shape)
  let start = 0
  for (const x of call.inputs) {
    put(out, x, offsets(x.type.shape, strides, start * (strides[axis] as number)))
    start += x.type.shape[axis] as number
  }
  return [out]
}
