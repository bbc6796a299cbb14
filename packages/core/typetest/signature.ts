import { type AnyExpr, type Dims, type Expr, elementwise, elementwise2, input, op } from "@residual/core"

const sizes = { batch: 2, model: 4, hidden: 3, classes: 5 }
const x = input("x", ["batch", "model"], { sizes })
const weight = input("weight", ["model", "hidden"], { sizes })
const bias = input("bias", ["hidden"], { sizes })

// A function of a user's own, with the axes that it reads and gives.
const activated = (value: Expr<["batch", "model"]>): Expr<["batch", "model"]> => op.relu(value)
export const plain: Expr<["batch", "model"]> = activated(x)

// @ts-expect-error Type '"hidden"' is not assignable to type '"model"'
export const misnamed: Expr<["batch", "hidden"]> = activated(x)

// An axis is one size, not one of several.
// @ts-expect-error Type 'Expr<[2, 4]>' is not assignable to type 'Expr<[2 | 3, 4]>'
export const widened: Expr<[2 | 3, 4]> = input("y", [2, 4])

// @ts-expect-error Type 'number' is not assignable to type '2'
export const forgotten: Expr<[number, number]> = input("y", [2, 4])

type Dim = number | string

// Functions of a user's own, generic in their axes.
const linear = <B extends Dim, I extends Dim, O extends Dim>(
  value: Expr<[B, I]>,
  by: Expr<[I, O]>,
  and: Expr<[O]>
): Expr<[B, O]> => op.add(op.matmul(value, by), and)

const mlp = <B extends Dim, I extends Dim, H extends Dim, O extends Dim>(
  value: Expr<[B, I]>,
  first: Expr<[I, H]>,
  second: Expr<[H, O]>
): Expr<[B, O]> => op.matmul(op.relu(op.matmul(value, first)), second)

export const mapped: Expr<["batch", "hidden"]> = linear(x, weight, bias)
export const classified: Expr<["batch", "classes"]> = mlp(x, weight, input("last", ["hidden", "classes"], { sizes }))

// @ts-expect-error Type '"hidden"' is not assignable to type '"model"'
mlp(x, input("last", ["hidden", "classes"], { sizes }), weight)

// @ts-expect-error Type '"model"' is not assignable to type '"hidden"'
linear(x, weight, input("bias", ["model"], { sizes }))

// Functions in one list, typed and untyped.
export const listed = [op.relu, op.softmax, (value: AnyExpr) => op.mul(value, 2)].map((f) => f(x))

// A shape that is known when the program runs only.
const shape: ReadonlyArray<number> = [2, 3]
export const known: AnyExpr = op.add(input("known", shape), op.reshape(x, shape))
export const reshaped: Expr<[-1, "model"]> = op.reshape(x, [-1, "model"], { sizes })

const twice = <S extends Dims>(value: Expr<S>): Expr<S> => op.add(op.mul(value, 2), op.gelu(value))
export const doubled: Expr<["batch", "model"]> = twice(x)

// A vector stands beside each row, of any batch, and a scalar beside anything.
export const biased: Expr<["batch", "hidden"]> = op.add(op.matmul(x, weight), bias)
export const deep: Expr<[2, 3, 4]> = op.mul(input("deep", [2, 3, 4]), input("scale", [4]))
export const compared: Expr<[2, 3]> = op.less(input("rows", [2, 3]), input("bounds", [3]))
export const shifted: Expr<["batch", "model"]> = op.add(x, input("shift", []))

// @ts-expect-error Type '"batch"' is not assignable to type '"model"'
op.add(x, input("other", ["batch"], { sizes }))

// A user's own ops have the types of those built in.
const swish = elementwise("swish", (value) => op.mul(value, op.sigmoid(value)))
const gap = elementwise2("gap", (a, b) => op.abs(op.sub(a, b)))
export const own: Expr<["batch", "hidden"]> = gap(swish(op.matmul(x, weight)), bias)

// @ts-expect-error Type 'Expr<["batch", "model"]>' is not assignable to type 'Expr<["batch", "hidden"]>'
export const ownWrong: Expr<["batch", "hidden"]> = swish(x)

// Whatever is untyped on either side passes, and so does a binary op where a function of untyped values is asked for.
const untyped: AnyExpr = x
export const mixed: Expr<["batch", "model"]> = op.add(x, untyped)
export const summed: AnyExpr = [untyped, untyped].reduce((a, b) => op.add(a, b))
export const asked: (a: AnyExpr, b: AnyExpr) => AnyExpr = op.add
