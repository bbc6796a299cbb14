import { assert } from "@effect/vitest"
import { ProgramCache } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { comparedOf, disagreement } from "../src/backend/agreement.ts"
import { computed, computedOnce } from "../src/backend/backendLaw.ts"
import { fixedShapes } from "../src/backend/fixedShapes.ts"
import { resultTolerances } from "../src/backend/resultTolerance.ts"
import { laws } from "../src/index.ts"
import { onWebGpu } from "./webgpu/onWebGpu.ts"

/** Ops of every kind of kernel, and of every tolerance. */
const ops: ReadonlyArray<string> = [
  ...["add", "div", "exp", "tanh", "erf", "pow", "mod", "less", "uniform", "sum", "max", "cumSum", "sort"],
  ...["transpose", "concat", "gather", "scatterAdd", "dynamicUpdateSlice", "dot", "einsum", "conv2d", "maxPool2d"],
  ...["gelu", "softmax", "layerNorm", "attention", "crossEntropy", "lstmCell"]
]

const rows = ops.map((op) => ({ op, law: laws.find((law) => law.op === op)! }))

const cpu = Cpu.layer({ threads: 1 })

onWebGpu("WebGPU and CPU", {}, (it) => {
  it.effect.each(rows)("differ by no more than both may from the exact: $op", ({ op, law }) =>
    Effect.gen(function* () {
      const { values, residuals } = (law.tolerance ?? resultTolerances[op])!
      for (const cases of fixedShapes(law.cases, 2)) {
        for (const [at, subject] of fc.sample(cases, 3).entries()) {
          const { exprs, inputs } = comparedOf(subject, "f32", at)
          const gpu = yield* computed(exprs, inputs)
          const other = yield* Effect.provide(computedOnce(exprs, inputs), cpu, { local: true })
          const unitsOf = (name: string): number => 2 * (name.startsWith("output") ? values : residuals)
          assert.strictEqual(disagreement(gpu, other, unitsOf), undefined, String(subject))
        }
      }
    }).pipe(Effect.provide(ProgramCache.layer, { local: true }))
  )
})
