import { type Backend, type BackendError, compile, makeStore, type ProgramCache, Tensor } from "@residual/backends"
import { type AnyExpr, input, op, slot } from "@residual/core"
import { grad } from "@residual/graph"
import { Effect } from "effect"

const w = slot("w", [4, 3])
const x = input("x", [8, 4])
const target = input("target", [8, 3])
const loss = op.mean(op.square(op.sub(op.tanh(op.matmul(x, w)), target)))

/** Some numbers that are no round ones, the same in every engine. */
const numbers = (seed: number, shape: ReadonlyArray<number>): Tensor.Tensor => {
  const size = shape.reduce((product, length) => product * length, 1)
  return Tensor.make(
    Float32Array.from({ length: size }, (_, at) => ((seed * 7919 + at * 104_729) % 2003) / 1000 - 1),
    { shape }
  )
}

/** Forty steps of gradient descent: their losses. */
export const training: Effect.Effect<ReadonlyArray<number>, BackendError, Backend | ProgramCache> = Effect.gen(
  function* () {
    const store = yield* makeStore({ w: numbers(1, [4, 3]) })
    const gradient = (grad(loss, { w }) as { readonly w: AnyExpr }).w
    const computation = { outputs: { loss }, updates: { w: op.sub(w, op.mul(gradient, 0.3)) } }
    const { run } = yield* (yield* compile(computation)).bind(store)
    const inputs = { x: numbers(2, [8, 4]), target: numbers(3, [8, 3]) }
    const losses: Array<number> = []
    for (let step = 0; step < 40; step++) {
      losses.push(Tensor.toNumber((yield* run(inputs))["loss"] as Tensor.Tensor))
    }
    return losses
  }
).pipe(Effect.scoped)
