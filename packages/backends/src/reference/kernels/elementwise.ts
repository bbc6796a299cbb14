import { DType, type Truth } from "@residual/core"
import { type Call, operand, type PlainKernel } from "../kernel.ts"
import { allocate, type Data, floatsOf, plainOf } from "../value.ts"

/** The functions of one scalar that an arithmetic provides under the name of their primitive. */
type Unary = "exp" | "expm1" | "log" | "log1p" | "sqrt" | "sin" | "cos" | "atan" | "tanh" | "erf" | "floor" | "round"

/** The functions of two scalars that an arithmetic provides under the name of their primitive. */
type Binary = "add" | "mul" | "div" | "mod" | "maximum"

/** An operation on integers; what it returns wraps around in the storage that it is written to. */
type Integral = (a: number, b: number) => number

const map = <X, Y>(f: (x: X) => Y, x: { readonly [i: number]: X }, out: { [i: number]: Y }, length: number): void => {
  for (let i = 0; i < length; i++) out[i] = f(x[i] as X)
}

const map2 = <X, Y>(
  f: (a: X, b: X) => Y,
  a: { readonly [i: number]: X },
  b: { readonly [i: number]: X },
  out: { [i: number]: Y },
  length: number
): void => {
  for (let i = 0; i < length; i++) out[i] = f(a[i] as X, b[i] as X)
}

/** A function of one float. */
export const unary =
  (name: Unary): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const { data, type } = operand(call, 0)
    const out = allocate(call.arithmetic, type)
    map(call.arithmetic[name], floatsOf(data), floatsOf(out), out.length)
    return [out]
  }

/** The negative; an integer's wraps around in its storage. */
export const neg: PlainKernel = <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
  const { data, type } = operand(call, 0)
  const out = allocate(call.arithmetic, type)
  if (DType.isFloat(type.dtype)) map(call.arithmetic.neg, floatsOf(data), floatsOf(out), out.length)
  else map((x: number) => -x, plainOf(data), plainOf(out), out.length)
  return [out]
}

/** A power of floats. */
export const pow: PlainKernel = <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
  const [a, b] = [operand(call, 0), operand(call, 1)]
  const out = allocate(call.arithmetic, a.type)
  map2(call.arithmetic.pow, floatsOf(a.data), floatsOf(b.data), floatsOf(out), out.length)
  return [out]
}

/** A function of two floats, or of two integers. */
export const binary =
  (name: Binary, integral: Integral): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    if (DType.isFloat(a.type.dtype)) {
      map2(call.arithmetic[name], floatsOf(a.data), floatsOf(b.data), floatsOf(out), out.length)
    } else map2(integral, plainOf(a.data), plainOf(b.data), plainOf(out), out.length)
    return [out]
  }

/** A comparison: of floats it may be undecided, and so it is where a bool already was. */
export const comparison =
  (name: "less" | "equal", plain: (a: number, b: number) => Truth): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = new Uint8Array(a.data.length)
    if (DType.isFloat(a.type.dtype)) map2(call.arithmetic[name], floatsOf(a.data), floatsOf(b.data), out, out.length)
    else {
      const compare = a.type.dtype === "bool" ? decided(plain) : plain
      map2(compare, plainOf(a.data), plainOf(b.data), out, out.length)
    }
    return [out]
  }

const decided =
  (plain: (a: number, b: number) => Truth) =>
  (a: number, b: number): Truth =>
    a === 2 || b === 2 ? 2 : plain(a, b)

/** An operation on the bits of integers, three-valued on bools. */
export const bitwise =
  (bits: Integral, logic: (a: number, b: number) => Truth): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    map2(a.type.dtype === "bool" ? logic : bits, plainOf(a.data), plainOf(b.data), plainOf(out), out.length)
    return [out]
  }

/** Bits moved, in one way for `i32` and in one for `u32`. */
export const shift =
  (signed: Integral, unsigned: Integral): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    map2(a.type.dtype === "i32" ? signed : unsigned, plainOf(a.data), plainOf(b.data), plainOf(out), out.length)
    return [out]
  }
