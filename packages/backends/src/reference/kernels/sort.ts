import { type Arithmetic, type AttrsOf, DType, UndecidedError } from "@residual/core"
import { type Call, type Kernel, operand, resultType } from "../kernel.ts"
import { allocate, type Data, type Elements, floatsOf, plainOf } from "../value.ts"

/** Sorts the last axis; equal elements keep their order, and NaN comes last in either direction. */
export const sort: Kernel<"sort"> = <A>(call: Call<A, AttrsOf<"sort">>): ReadonlyArray<Data<A>> => {
  const { descending, limit } = call.attrs
  const { data, type } = operand(call, 0)
  const to = resultType(call)
  const values = allocate(call.arithmetic, to)
  const indices = new Int32Array(values.length)
  const length = type.shape.at(-1) as number
  const order = DType.isFloat(type.dtype)
    ? floatOrder(call.arithmetic, floatsOf(data), descending)
    : integerOrder(plainOf(data), descending)
  const [from, target]: readonly [Elements, Elements] = [data, values]
  const rows = limit === 0 ? 0 : values.length / limit
  for (let row = 0; row < rows; row++) {
    const places = Array.from({ length }, (_, place) => row * length + place).sort(order)
    for (let rank = 0; rank < limit; rank++) {
      const place = places[rank] as number
      indices[row * limit + rank] = place - row * length
      target[row * limit + rank] = from[place]
    }
  }
  return [values, indices]
}

type Order = (place: number, other: number) => number

const integerOrder = (x: { readonly [i: number]: number }, descending: boolean): Order =>
  descending
    ? (place, other) => (x[other] as number) - (x[place] as number)
    : (place, other) => (x[place] as number) - (x[other] as number)

const floatOrder = <A>(arithmetic: Arithmetic<A>, x: { readonly [i: number]: A }, descending: boolean): Order => {
  const nanRank = (a: A): number => {
    const truth = arithmetic.isNaN(a)
    if (truth === 2) throw new UndecidedError("sort", "an element may or may not be NaN")
    return truth
  }
  return (place, other) => {
    const [a, b] = [x[place] as A, x[other] as A]
    if (!descending) return arithmetic.compareTotal(a, b)
    const last = nanRank(a) - nanRank(b)
    return last === 0 ? arithmetic.compareTotal(b, a) : last
  }
}
