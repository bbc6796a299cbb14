import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Configuration } from "../configuration/configuration.ts"
import { Output } from "../output.ts"
import { backendOf } from "../training/backendOf.ts"
import { makeDisplay } from "./display.ts"
import { perform, type Run } from "./perform.ts"

// Only where it is asked for: what HTTP takes would make each start slower.
const loadExporting = Effect.promise(() => import("./exporting.ts"))

const exporting = ({ report: { otlp } }: Configuration): Layer.Layer<never> =>
  otlp === null ? Layer.empty : Layer.unwrap(Effect.map(loadExporting, ({ exportingTo }) => exportingTo(otlp)))

/** Makes a run on the backend that it asks for, and shows how it goes. */
export const runHere = (run: Run, { json }: { readonly json: boolean }) =>
  Effect.gen(function* () {
    const { configuration } = run
    const { task, seed, backend } = configuration
    const display = makeDisplay(yield* Output, { json, task })
    yield* Effect.scoped(perform(run, display)).pipe(
      Effect.provide(backendOf(configuration)),
      Effect.withSpan("residual.training", { attributes: { task, seed, backend: backend.name } }),
      Effect.provide(exporting(configuration)),
      Effect.tapError(() => display.settle)
    )
  })
