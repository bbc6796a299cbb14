import { compile, makeStore, Tensor } from "@residual/backends"
import { HostRandom, input, Model } from "@residual/core"
import { type ExplainFormat, explain, printExplanation } from "@residual/graph"
import { type Data, ladder } from "@residual/models"
import { firstParameters } from "@residual/train"
import * as Effect from "effect/Effect"
import { type BackendName, backendLayer } from "../backend.ts"
import { line, Output } from "../output.ts"
import type { ExampleName } from "./exampleNames.ts"

/** What `residual explain` is told. */
export interface ExplainSettings {
  readonly model: ExampleName
  readonly format: ExplainFormat
  readonly expand: boolean
  readonly backend: BackendName
  readonly json: boolean
}

const tensor = ({ dtype, shape, values }: Data): Tensor.Tensor => Tensor.make(values, { dtype, shape })

/** `residual explain`: prints the forward and backward pass of a model of the ladder, an op a row. */
export const explainModel = ({ model: name, format, expand, backend, json }: ExplainSettings) =>
  Effect.gen(function* () {
    const { model, input: given, target, loss } = ladder[name]
    const read = input("x", given.shape, given)
    const { output } = Model.apply(model, { ...Model.slots(model), mode: "evaluate" }, read)
    const explanation = explain(loss(output, input("target", target.shape, target)), expand ? { expand: "all" } : {})
    const computed = Effect.gen(function* () {
      const store = yield* makeStore(firstParameters(model, HostRandom.keyFromSeed(0)))
      const executable = yield* compile({ outputs: explanation.outputs })
      const bound = yield* executable.bind(store)
      return yield* bound.run({ x: tensor(given), target: tensor(target) })
    })
    const outputs = yield* Effect.scoped(computed).pipe(Effect.provide(backendLayer({ backend, threads: 1 })))
    const values = Object.fromEntries(
      Object.entries(outputs).map(([output, value]) => [output, Tensor.toTypedArray(value)])
    )
    const printer = yield* Output
    if (!json) return yield* line(printer, printExplanation(explanation, values, format))
    const rows: ReadonlyArray<object> = JSON.parse(printExplanation(explanation, values, "json"))
    for (const row of rows) yield* line(printer, JSON.stringify({ event: "row", ...row }))
  })
