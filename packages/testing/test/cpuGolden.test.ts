import { readFileSync } from "node:fs"
import { assert, layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { epsilonOf } from "../src/backend/resultTolerance.ts"
import { caseErrors, composeOpCase, decodeOpCases } from "../src/index.ts"
import { checkGolden, compute, goldenCases, onlyWide, tolerances } from "./golden/checkGolden.ts"

for (const [name, options] of [
  ["one thread", { threads: 1 }],
  ["one thread, without fused products", { threads: 1, relaxedSimd: false }],
  ["two threads", { threads: 2, shareFrom: 0 }]
] as const) {
  layer(Cpu.layer(options), { excludeTestServices: true })(`PyTorch's values and derivatives on ${name}`, (it) => {
    it.effect.each(goldenCases.map((golden) => ({ name: golden.name, golden })))("$name", ({ golden }) =>
      Effect.andThen(
        onlyWide.includes(golden.name) ? Effect.void : checkGolden(golden, "f32"),
        checkGolden(golden, "f64")
      )
    )
  })
}

layer(Cpu.layer({ threads: 1 }))("numpy's values and residuals", (it) => {
  const text = readFileSync(new URL("../fixtures/ops.varied.jsonl", import.meta.url), "utf8")
  const composed = decodeOpCases(text).map((decoded) => Result.getOrThrow(Result.flatMap(decoded, composeOpCase)))

  it.effect.each(composed.map((one) => ({ name: one.opCase.case, one })))("$name", ({ one }) =>
    Effect.gen(function* () {
      const exprs = Object.fromEntries(one.outputs.map(({ expr }, at) => [`${at}`, expr]))
      const found = yield* compute(exprs, (name) => one.inputs[name] ?? [])
      const { worst } = caseErrors(
        one,
        one.outputs.map((_, at) => found[`${at}`] ?? [])
      )
      assert.isAtMost(worst, tolerances.derivatives.units * epsilonOf("f64"))
    })
  )
})
