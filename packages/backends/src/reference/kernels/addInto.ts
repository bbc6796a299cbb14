import { type Arithmetic, DType } from "@residual/core"
import { type Data, floatsOf, plainOf } from "../value.ts"

/**
 * Adds element `i` of a value to element `at[i]` of another of the same element type, in order, and nothing where
 * `at[i]` is negative. Integers wrap around in their storage.
 */
export const addInto = <A>(
  arithmetic: Arithmetic<A>,
  dtype: DType.DType,
  out: Data<A>,
  x: Data<A>,
  at: Int32Array
): void => {
  if (DType.isFloat(dtype)) accumulate(arithmetic.add, floatsOf(out), floatsOf(x), at)
  else accumulate((a: number, b: number) => a + b, plainOf(out), plainOf(x), at)
}

const accumulate = <X>(
  add: (a: X, b: X) => X,
  out: { [i: number]: X },
  x: { readonly [i: number]: X },
  at: Int32Array
): void => {
  for (let i = 0; i < at.length; i++) {
    const target = at[i] as number
    if (target >= 0) out[target] = add(out[target] as X, x[i] as X)
  }
}
