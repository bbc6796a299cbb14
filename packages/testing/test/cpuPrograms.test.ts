import { assert, layer } from "@effect/vitest"
import { type Backend, type BackendError, Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import { Shape, type TensorType } from "@residual/core"
import { type Computation, transcribe } from "@residual/graph"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { Arbitrary, type RandomComputation, type Tensors } from "../src/index.ts"
import { judge, type Verdict } from "./cpu/judge.ts"
import { runComputation } from "./cpu/runComputation.ts"
import { networkComputation } from "./networkComputation.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

/** Tries drawn cases until one is wrong, and gives the share of elements whose value was known. */
const tried = <Case>(
  cases: fc.Arbitrary<Case>,
  runs: number,
  check: (subject: Case) => Effect.Effect<Verdict, BackendError, Backend>
) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Backend>()
    let [elements, decided] = [0, 0]
    const property = fc.asyncProperty(cases, async (subject) => {
      const verdict = await Effect.runPromiseWith(context)(check(subject))
      elements += verdict.elements
      decided += verdict.decided
      assert.strictEqual(verdict.defect, undefined)
    })
    yield* Effect.promise(() => fc.assert(property, { numRuns: runs }))
    return decided / elements
  })

const checkProgram = ({ computation, inputs, slots }: RandomComputation) =>
  Effect.map(runComputation(computation, inputs, slots), (found) => judge(computation, { ...inputs, ...slots }, found))

interface Network {
  readonly numbers: ReadonlyArray<number>
  readonly dtype: "f32" | "f64"
  readonly values: ReadonlyArray<number>
}

/** Values are on a coarse grid, so that rows tie; now and then one is special. */
const networks = (dtype: "f32" | "f64"): fc.Arbitrary<Network> => {
  const value = fc.oneof(
    { weight: 400, arbitrary: fc.integer({ min: -32, max: 32 }).map((x) => x / 16) },
    fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY)
  )
  return fc.record({
    numbers: fc.array(fc.nat(5039), { minLength: 3, maxLength: 60, size: "max" }),
    dtype: fc.constant(dtype),
    values: fc.array(value, { minLength: 97, maxLength: 97 })
  })
}

/** A tensor for each input of a computation, and one for each slot. */
const boundTo = (computation: Computation, values: ReadonlyArray<number>): Record<"inputs" | "slots", Tensors> => {
  const bound = { inputs: {} as Record<string, Tensor.Tensor>, slots: {} as Record<string, Tensor.Tensor> }
  let next = 0
  for (const { op, attrs, types } of transcribe(computation).nodes) {
    if (op !== "input") continue
    const type = types[0] as TensorType.TensorType
    const elements = Array.from({ length: Shape.size(type.shape) }, () => values[next++ % values.length] as number)
    const { name, binding } = attrs as { readonly name: string; readonly binding: string }
    bound[binding === "run" ? "inputs" : "slots"][name] = Tensor.make(elements, type)
  }
  return bound
}

const checkNetwork = ({ numbers, dtype, values }: Network) => {
  const computation = networkComputation(numbers, dtype)
  const { inputs, slots } = boundTo(computation, values)
  return Effect.map(runComputation(computation, inputs, slots), (found) =>
    judge(computation, { ...inputs, ...slots }, found)
  )
}

for (const [name, options] of [
  ["one thread", { threads: 1 }],
  ["one thread, without fused products", { threads: 1, relaxedSimd: false }],
  ["two threads", { threads: 2, shareFrom: 0 }]
] as const) {
  layer(Cpu.layer(options), { excludeTestServices: true })(`random programs on ${name}`, (it) => {
    it.effect("compute what their expressions mean", () =>
      Effect.gen(function* () {
        const share = yield* tried(Arbitrary.computation(), long ? 3000 : 150, checkProgram)
        assert.isAbove(share, 0.9)
      })
    )

    it.effect.each(["f32", "f64"] as const)("of networks compute what their expressions mean, in %s", (dtype) =>
      Effect.gen(function* () {
        const share = yield* tried(networks(dtype), long ? 2000 : 60, checkNetwork)
        assert.isAbove(share, 0.8)
      })
    )
  })
}
