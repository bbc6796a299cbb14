import { type Backend, type BackendError, compile, type ProgramCache, Tensor } from "@residual/backends"
import { type AnyExpr, input, op } from "@residual/core"
import { Effect } from "effect"

const size = 512
const a = input("a", [size, size])
const products = Array.from({ length: 30 }).reduce<AnyExpr>((value) => op.tanh(op.matmul(value, a)), a)

/** How long a step of many products took, in milliseconds, and how often a timer of the caller's went off meanwhile. */
export const longStep: Effect.Effect<
  { readonly milliseconds: number; readonly ticks: number },
  BackendError,
  Backend | ProgramCache
> = Effect.gen(function* () {
  const { run } = yield* compile({ outputs: { sum: op.sum(products) } })
  const inputs = { a: Tensor.make(new Float32Array(size * size).fill(1e-3), { shape: [size, size] }) }
  let ticks = 0
  const timer = setInterval(() => {
    ticks++
  }, 5)
  const start = performance.now()
  yield* run(inputs)
  const milliseconds = performance.now() - start
  clearInterval(timer)
  return { milliseconds, ticks }
})
