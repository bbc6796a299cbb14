import { type Arithmetic, DType, type Truth, UndecidedError } from "@residual/core"
import { type Kernel, operand, resultType } from "../kernel.ts"
import { allocate, type Data, floatsOf, plainOf } from "../value.ts"

export const cast: Kernel<"cast"> = (call) => {
  const { data, type } = operand(call, 0)
  const to = resultType(call)
  const out = allocate(call.arithmetic, to)
  if (DType.isFloat(type.dtype)) fromFloat(call.arithmetic, floatsOf(data), to.dtype, out)
  else if (type.dtype === "bool") fromBool(call.arithmetic, plainOf(data), to.dtype, out)
  else fromInteger(call.arithmetic, plainOf(data), to.dtype, out)
  return [out]
}

const bounds = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1] } as const

const fromFloat = <A>(
  arithmetic: Arithmetic<A>,
  x: { readonly length: number; readonly [i: number]: A },
  to: DType.DType,
  out: Data<A>
): void => {
  if (DType.isFloat(to)) {
    const floats = floatsOf(out)
    for (let i = 0; i < x.length; i++) floats[i] = x[i] as A
    return
  }
  const plain = plainOf(out)
  if (to === "bool") {
    for (let i = 0; i < x.length; i++) plain[i] = negation(arithmetic.equal(x[i] as A, arithmetic.zero))
    return
  }
  const [low, high] = bounds[to]
  for (let i = 0; i < x.length; i++) {
    const integer = arithmetic.toInteger(x[i] as A)
    plain[i] = Number.isNaN(integer) ? 0 : Math.min(high, Math.max(low, integer))
  }
}

const negation = (truth: Truth): Truth => (truth === 2 ? 2 : truth === 1 ? 0 : 1)

const fromBool = <A>(
  arithmetic: Arithmetic<A>,
  x: { readonly length: number; readonly [i: number]: number },
  to: DType.DType,
  out: Data<A>
): void => {
  if (DType.isFloat(to)) {
    const floats = floatsOf(out)
    for (let i = 0; i < x.length; i++) floats[i] = arithmetic.fromTruth(x[i] as Truth)
    return
  }
  const plain = plainOf(out)
  for (let i = 0; i < x.length; i++) {
    if (x[i] === 2 && to !== "bool") throw new UndecidedError("cast", `a bool that may be either has no value in ${to}`)
    plain[i] = x[i] as number
  }
}

const fromInteger = <A>(
  arithmetic: Arithmetic<A>,
  x: { readonly length: number; readonly [i: number]: number },
  to: DType.DType,
  out: Data<A>
): void => {
  if (DType.isFloat(to)) {
    const floats = floatsOf(out)
    for (let i = 0; i < x.length; i++) floats[i] = arithmetic.fromNumber(x[i] as number)
    return
  }
  // Integer storage keeps the low 32 bits of what is written to it.
  const plain = plainOf(out)
  for (let i = 0; i < x.length; i++) plain[i] = to === "bool" ? Number(x[i] !== 0) : (x[i] as number)
}
