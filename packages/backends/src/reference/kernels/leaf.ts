import { HostRandom, Shape } from "@residual/core"
import { type Kernel, operand, type PlainKernel, resultType } from "../kernel.ts"
import { offsets } from "../offsets.ts"
import { allocate, type Elements, element, fill, plainOf } from "../value.ts"

export const input: Kernel<"input"> = ({ attrs, bound }) => [bound(attrs.name)]

export const constant: Kernel<"constant"> = (call) => {
  const { dtype, values } = call.attrs
  const out = allocate(call.arithmetic, resultType(call))
  if (values.length === 1) fill(out, element(call.arithmetic, dtype, values[0] as number))
  else {
    const target: Elements = out
    for (let i = 0; i < out.length; i++) target[i] = element(call.arithmetic, dtype, values[i] as number)
  }
  return [out]
}

export const iota: Kernel<"iota"> = ({ arithmetic, attrs: { dtype, shape, axis } }) => {
  const out = allocate(arithmetic, { dtype, shape })
  const target: Elements = out
  const at = offsets(
    shape,
    shape.map((_, i) => (i === axis ? 1 : 0))
  )
  for (let i = 0; i < out.length; i++) target[i] = element(arithmetic, dtype, at[i] as number)
  return [out]
}

export const randomBits: Kernel<"randomBits"> = (call) => {
  const key = plainOf(operand(call, 0).data)
  const words = [key[0] as number, key[1] as number] as const
  const out = new Uint32Array(Shape.size(call.attrs.shape))
  for (let i = 0; i < out.length; i++) out[i] = HostRandom.bits32(words, i)
  return [out]
}

export const project: Kernel<"project"> = (call) => [operand(call, call.attrs.output).data]

/** The operand itself: `stopGradient`, `barrier` and `reshape`. */
export const identity: PlainKernel = (call) => [operand(call, 0).data]
