import { type AnyExpr, type Expr, input, op } from "@residual/core"

const sizes = { batch: 2, time: 5, model: 8, width: 8 }
const wide = input("wide", [2, 3])
const tall = input("tall", [4, 5])
const narrow = input("narrow", [3, 4])
const hidden = input("hidden", ["batch", "time", "model"], { sizes })
const weight = input("weight", ["model", 4], { sizes })
const untyped: AnyExpr = wide

export const product: Expr<[2, 4]> = op.matmul(wide, narrow)
export const projected: Expr<["batch", "time", 4]> = op.matmul(hidden, weight)
export const batched: Expr<[2, 3, 5]> = op.matmul(input("a", [2, 3, 4]), input("b", [2, 4, 5]))
export const applied: Expr<[2]> = op.matmul(wide, input("vector", [3]))
export const inner: Expr<[]> = op.matmul(input("u", [3]), input("v", [3]))

// The untyped door takes whatever comes, and gives what fits anywhere.
export const fromLeft: Expr<["anything"]> = op.matmul(untyped, tall)
export const fromRight: Expr<["anything"]> = op.matmul(tall, untyped)

// @ts-expect-error Type '4' is not assignable to type '3'
op.matmul(wide, tall)

// @ts-expect-error Type '"width"' is not assignable to type '"model"'
op.matmul(hidden, input("weight", ["width", 4], { sizes }))

// @ts-expect-error Type '3' is not assignable to type '4'
export const wrongResult: Expr<[2, 3]> = op.matmul(wide, narrow)

// @ts-expect-error Argument of type 'Expr<[4, 5]>' is not assignable
op.add(wide, tall)

export const added: Expr<[2, 3]> = op.sub(op.sigmoid(wide), op.minimum(wide, 1))

// @ts-expect-error Argument of type 'Expr<[3, 4]>' is not assignable
op.lessEqual(wide, narrow)

// @ts-expect-error Type '3' is not assignable to type '2'
export const clamped: Expr<[3, 2]> = op.clamp(wide, { min: 0 })
