import { assert } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { type AnyExpr, HostRandom, Model, op } from "@residual/core"
import * as Effect from "effect/Effect"
import { type ByPath, feed, makeTrainer, type Objective, type Optimiser } from "../src/index.ts"

type Numbers = ReadonlyArray<number>

/** Numbers by path. */
export type Held = Readonly<Record<string, Numbers>>

/** What is learned: a wide and a tall matrix, a kernel, a vector and a number. */
export const shapes = { wide: [3, 5], tall: [6, 2], kernel: [2, 4, 3], bias: [5], scale: [] } as const

export const paths = Object.keys(shapes) as ReadonlyArray<keyof typeof shapes>

const filled = (of: (at: number, path: string) => number): Held =>
  Object.fromEntries(
    paths.map((path) => {
      const size = (shapes[path] as Numbers).reduce((product, length) => product * length, 1)
      return [path, Array.from({ length: size }, (_, at) => of(at, path))]
    })
  )

/** Where parameters start, where the loss is least, and how steep it is, element by element. */
export const starts = filled((at, path) => Math.sin(1 + at + path.length))
const targets = filled((at, path) => Math.cos(2 * at + path.length))
const slopes = filled((at) => 1.5 + Math.sin(3 * at))

/** The gradient of the loss by one parameter. */
export const gradientAt = (path: string, values: Numbers): Numbers =>
  values.map((value, at) => (slopes[path]?.[at] as number) * (value - (targets[path]?.[at] as number)))

/** The loss of parameters. */
export const lossOf = (values: Held): number =>
  paths
    .flatMap((path) =>
      gradientAt(path, values[path] as Numbers).map((g, at) => (g * g) / (slopes[path]?.[at] as number))
    )
    .reduce((sum, twice) => sum + twice / 2, 0)

/** Σ slope·(p − target)² / 2 over all elements. */
export const bowl = (dtype: "f32" | "f64"): Objective<undefined, ByPath> => ({
  model: Model.make(
    Object.fromEntries(
      paths.map((path) => {
        const initialiser = Model.values(starts[path] as Numbers)
        return [path, Model.parameter(shapes[path], { dtype, initialiser })]
      })
    ),
    (parameters) => parameters
  ),
  batch: Object.fromEntries(
    paths.flatMap((path) => ["target", "slope"].map((name) => [`${name} of ${path}`, { dtype, shape: shapes[path] }]))
  ),
  loss: (model, batch) => {
    const values = model(undefined)
    const terms = paths.map((path) => {
      const off = op.sub(values[path] as AnyExpr, batch[`target of ${path}`] as AnyExpr)
      return op.sum(op.mul(op.mul(op.mul(off, off), batch[`slope of ${path}`] as AnyExpr), 0.5))
    })
    return terms.reduce((sum, term) => op.add(sum, term))
  }
})

/** The bowl's own batch. */
export const batchIn = (dtype: "f32" | "f64") =>
  Object.fromEntries(
    paths.flatMap((path) =>
      [
        ["target", targets],
        ["slope", slopes]
      ].map(([name, values]) => {
        const elements = (values as Held)[path] as Numbers
        return [`${name} of ${path}`, Tensor.make(elements, { dtype, shape: shapes[path] })]
      })
    )
  )

/** Everything that the Store holds after each step down the bowl, by slot, on the backend at hand. */
export const descend = (
  optimiser: Optimiser,
  rate: number,
  steps: number,
  { dtype = "f64", seed = 0 }: { readonly dtype?: "f32" | "f64"; readonly seed?: number } = {}
) =>
  Effect.scoped(
    Effect.gen(function* () {
      const key = HostRandom.keyFromSeed(seed)
      const trainer = yield* makeTrainer(bowl(dtype), { optimiser, key })
      const seen: Array<Held> = []
      for (let step = 0; step < steps; step++) {
        const scalars = optimiser.scalars({ rate, step })
        yield* trainer.step.run(feed(trainer.step, batchIn(dtype), { key, step, scalars }))
        const slots = Object.entries(yield* trainer.store.snapshot)
        seen.push(Object.fromEntries(slots.map(([slot, tensor]) => [slot, Array.from(Tensor.toTypedArray(tensor))])))
      }
      return seen
    })
  )

/** A rule as it is written in a paper: it is given a parameter and its gradient at update `t`, counted from 1. */
export type WrittenRule = (path: string) => (values: Numbers, gradient: Numbers, t: number) => Numbers

/** The parameters after each step by a rule. */
export const written = (rule: WrittenRule, steps: number): ReadonlyArray<Held> => {
  const rules = Object.fromEntries(paths.map((path) => [path, rule(path)]))
  let held = starts
  return Array.from({ length: steps }, (_, at) => {
    held = Object.fromEntries(
      Object.entries(held).map(([path, values]) => [
        path,
        (rules[path] as ReturnType<WrittenRule>)(values, gradientAt(path, values), at + 1)
      ])
    )
    return held
  })
}

/** Asserts that all that is expected was seen, within a relative error, or a hundredth of it where that is close to 0. */
export const assertSeen = (seen: ReadonlyArray<Held>, expected: ReadonlyArray<Held>, error = 1e-12) => {
  assert.strictEqual(seen.length, expected.length)
  for (const [step, held] of expected.entries()) {
    for (const [slot, values] of Object.entries(held)) {
      for (const [at, value] of values.entries()) {
        const found = seen[step]?.[slot]?.[at] as number
        const allowed = Math.max(error / 100, error * Math.abs(value))
        assert.isAtMost(Math.abs(found - value), allowed, `${slot}[${at}] after step ${step}: ${found} for ${value}`)
      }
    }
  }
}
