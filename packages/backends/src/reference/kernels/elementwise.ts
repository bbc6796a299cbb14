import { type Arithmetic, DType, type MutableStorage, type Truth } from "@residual/core"
import { type Call, operand, type PlainKernel } from "../kernel.ts"
import { allocate, type Data, floatsOf, plainOf } from "../value.ts"

/**
 * A loop over the elements of a float. Each op writes its own, because the engine specialises a loop for the one
 * function that it calls: one loop that is handed the function takes several times as long.
 */
type UnaryLoop = <A>(arithmetic: Arithmetic<A>, x: MutableStorage<A>, out: MutableStorage<A>) => void

/** A loop over the elements of two floats. */
type BinaryLoop = <A>(
  arithmetic: Arithmetic<A>,
  a: MutableStorage<A>,
  b: MutableStorage<A>,
  out: MutableStorage<A>
) => void

/** A loop that compares the elements of two floats. */
type ComparisonLoop = <A>(
  arithmetic: Arithmetic<A>,
  a: MutableStorage<A>,
  b: MutableStorage<A>,
  out: Uint8Array
) => void

/** An operation on integers; what it returns wraps around in the storage that it is written to. */
type Integral = (a: number, b: number) => number

const map2 = (f: Integral, a: MutableStorage<number>, b: MutableStorage<number>, out: MutableStorage<number>): void => {
  for (let i = 0; i < out.length; i++) out[i] = f(a[i] as number, b[i] as number)
}

/** A function of one float. */
export const unary =
  (loop: UnaryLoop): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const { data, type } = operand(call, 0)
    const out = allocate(call.arithmetic, type)
    loop(call.arithmetic, floatsOf(data), floatsOf(out))
    return [out]
  }

/** A function of one number of any type; an integer's wraps around in its storage. */
export const unaryNumeric =
  (loop: UnaryLoop, integral: (x: number) => number): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const { data, type } = operand(call, 0)
    const out = allocate(call.arithmetic, type)
    if (DType.isFloat(type.dtype)) loop(call.arithmetic, floatsOf(data), floatsOf(out))
    else {
      const [x, to] = [plainOf(data), plainOf(out)]
      for (let i = 0; i < x.length; i++) to[i] = integral(x[i] as number)
    }
    return [out]
  }

/** A function of two floats. */
export const binary =
  (loop: BinaryLoop): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    loop(call.arithmetic, floatsOf(a.data), floatsOf(b.data), floatsOf(out))
    return [out]
  }

/** A function of two numbers of any type. */
export const binaryNumeric =
  (loop: BinaryLoop, integral: Integral): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    if (DType.isFloat(a.type.dtype)) loop(call.arithmetic, floatsOf(a.data), floatsOf(b.data), floatsOf(out))
    else map2(integral, plainOf(a.data), plainOf(b.data), plainOf(out))
    return [out]
  }

/** A comparison: of floats it may be undecided, and so it is where a bool already was. */
export const comparison =
  (loop: ComparisonLoop, plain: (a: number, b: number) => Truth): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = new Uint8Array(a.data.length)
    if (DType.isFloat(a.type.dtype)) loop(call.arithmetic, floatsOf(a.data), floatsOf(b.data), out)
    else map2(a.type.dtype === "bool" ? whereDecided(plain) : plain, plainOf(a.data), plainOf(b.data), out)
    return [out]
  }

const whereDecided =
  (plain: (a: number, b: number) => Truth) =>
  (a: number, b: number): Truth =>
    a === 2 || b === 2 ? 2 : plain(a, b)

/** An operation on the bits of integers, three-valued on bools. */
export const bitwise =
  (bits: Integral, logic: (a: number, b: number) => Truth): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    map2(a.type.dtype === "bool" ? logic : bits, plainOf(a.data), plainOf(b.data), plainOf(out))
    return [out]
  }

/** Bits moved, in one way for `i32` and in one for `u32`. */
export const shift =
  (signed: Integral, unsigned: Integral): PlainKernel =>
  <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const out = allocate(call.arithmetic, a.type)
    map2(a.type.dtype === "i32" ? signed : unsigned, plainOf(a.data), plainOf(b.data), plainOf(out))
    return [out]
  }
