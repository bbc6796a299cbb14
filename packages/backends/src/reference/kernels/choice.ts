import { DType, UndecidedError } from "@residual/core"
import { type Call, operand, type PlainKernel } from "../kernel.ts"
import { allocate, type Data, floatsOf, plainOf } from "../value.ts"

/**
 * The second operand where the condition holds, the third elsewhere. Where it is undecided, floats become the hull of
 * both; bools that differ become undecided, and integers that differ are an `UndecidedError`.
 */
export const where: PlainKernel = <A>(call: Call<A, unknown>): ReadonlyArray<Data<A>> => {
  const { arithmetic } = call
  const [condition, a, b] = [operand(call, 0), operand(call, 1), operand(call, 2)]
  const out = allocate(arithmetic, a.type)
  const holds = plainOf(condition.data)
  if (DType.isFloat(a.type.dtype)) {
    choose(holds, floatsOf(a.data), floatsOf(b.data), floatsOf(out), arithmetic.hull)
  } else {
    choose(holds, plainOf(a.data), plainOf(b.data), plainOf(out), a.type.dtype === "bool" ? eitherBool : eitherInteger)
  }
  return [out]
}

const choose = <X>(
  holds: { readonly [i: number]: number },
  a: { readonly [i: number]: X },
  b: { readonly [i: number]: X },
  out: { readonly length: number; [i: number]: X },
  either: (a: X, b: X) => X
): void => {
  for (let i = 0; i < out.length; i++) {
    const truth = holds[i]
    out[i] = truth === 1 ? (a[i] as X) : truth === 0 ? (b[i] as X) : either(a[i] as X, b[i] as X)
  }
}

const eitherBool = (a: number, b: number): number => (a === b ? a : 2)

const eitherInteger = (a: number, b: number): number => {
  if (a !== b) throw new UndecidedError("where", `its condition is, and it chooses between the integers ${a} and ${b}`)
  return a
}
