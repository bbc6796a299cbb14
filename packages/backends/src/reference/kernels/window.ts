import { type AttrsOf, Shape } from "@residual/core"
import { type Kernel, operand, resultType } from "../kernel.ts"
import { offsets } from "../offsets.ts"
import { allocate } from "../value.ts"
import { addInto } from "./addInto.ts"
import { taken } from "./movement.ts"

/** Where each element of the windows lies in the value that they are windows of. */
const places = (
  whole: Shape.Shape,
  windows: Shape.Shape,
  { sizes, strides, dilations }: AttrsOf<"window">
): Int32Array => {
  const outer = whole.length - sizes.length
  const steps = Shape.strides(whole)
  return offsets(windows, [
    ...steps.slice(0, outer),
    ...strides.map((stride, at) => stride * (steps[outer + at] as number)),
    ...dilations.map((dilation, at) => dilation * (steps[outer + at] as number))
  ])
}

export const window: Kernel<"window"> = (call) => {
  const x = operand(call, 0)
  const type = resultType(call)
  return [taken(call.arithmetic, x, type, places(x.type.shape, type.shape, call.attrs))]
}

/** Adds up windows where they overlap, from 0 and in the order of their elements. */
export const unwindow: Kernel<"unwindow"> = (call) => {
  const { data, type } = operand(call, 0)
  const to = resultType(call)
  const out = allocate(call.arithmetic, to)
  const at = places(to.shape, type.shape, call.attrs)
  addInto(call.arithmetic, to.dtype, out, data, at)
  return [out]
}
