import { type Expr, input, op } from "@residual/core"

const wide = input("wide", [2, 3])

export const same: Expr<[2, 3]> = op.neg(wide)

// @ts-expect-error Type '3' is not assignable to type '2'
export const transposed: Expr<[3, 2]> = op.neg(wide)
