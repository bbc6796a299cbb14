import { setTimeout as sleep } from "node:timers/promises"
import type { Worker } from "node:worker_threads"
import { type AnyExpr, input, op, slot } from "@residual/core"
import { grad, type Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import { type Backend, type BackendError, compile, makeStore, type ProgramCache, Tensor } from "../../../src/index.ts"

/** Lets the process do what it has to in a turn of its event loop, some milliseconds later. */
export const later = (milliseconds: number): Effect.Effect<void> => Effect.promise(() => sleep(milliseconds))

/** The workers that are started while an effect runs. */
export const withWorkers = <A, E, R>(
  use: (workers: ReadonlyArray<Worker>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const workers: Array<Worker> = []
    const onWorker = (worker: Worker): void => {
      workers.push(worker)
    }
    process.on("worker", onWorker)
    return Effect.ensuring(
      Effect.suspend(() => use(workers)),
      Effect.sync(() => process.off("worker", onWorker))
    )
  })

const w = slot("w", [4, 3])
const x = input("x", [8, 4])
const target = input("target", [8, 3])
const loss = op.mean(op.square(op.sub(op.tanh(op.matmul(x, w)), target)))

/** Some numbers that are no round ones. */
const numbers = (seed: number, shape: ReadonlyArray<number>): Tensor.Tensor =>
  Tensor.make(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(seed + 1.7 * at)),
    { shape }
  )

/** Thirty steps of gradient descent: the losses, and what the parameters became. */
export const training: Effect.Effect<
  { readonly losses: ReadonlyArray<number>; readonly w: Tensor.Numbers },
  BackendError,
  ProgramCache | Backend
> = Effect.gen(function* () {
  const store = yield* makeStore({ w: numbers(1, [4, 3]) })
  const gradient = (grad(loss, { w }) as { readonly w: AnyExpr }).w
  const step = yield* (yield* compile({
    outputs: { loss },
    updates: { w: op.sub(w, op.mul(gradient, 0.3)) }
  })).bind(store)
  const losses: Array<number> = []
  for (let at = 0; at < 30; at++) {
    const outputs = yield* step.run({ x: numbers(at, [8, 4]), target: numbers(-at, [8, 3]) })
    losses.push(Tensor.toNumber(outputs["loss"] as Tensor.Tensor))
  }
  return { losses, w: Tensor.toArray(yield* store.read("w")) }
}).pipe(Effect.scoped)

/** A computation that takes a while: many products, one after the other. */
export const longStep = compile({
  outputs: {
    y: Array.from({ length: 30 }).reduce<AnyExpr>(
      (value) => op.tanh(op.matmul(value, input("a", [512, 512]))),
      input("a", [512, 512])
    )
  }
})

/** What it is given. */
export const longInputs = { a: Tensor.make(new Float32Array(512 * 512).fill(1e-3), { shape: [512, 512] }) }

/** A program that cannot be sent: one of its attributes is a function. */
export const unsendable = (program: Program): Program => ({
  ...program,
  hash: "unsendable",
  graph: {
    ...program.graph,
    nodes: program.graph.nodes.map((node) => ({ ...node, attrs: { ...node.attrs, made: () => 1 } }))
  }
})
