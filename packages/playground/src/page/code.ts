import type { BackendName } from "../protocol/names.ts"
import { element } from "./element.ts"

const before = `const training = Effect.scoped(
  Effect.gen(function* () {
    const trainer = yield* makeTrainer(objective, { optimiser: adamW(), key })
    yield* Stream.runForEach(fit(trainer, { batches, rate, steps, key }), show)
  })
)

`

const layers: Readonly<Record<BackendName, readonly [imported: string, layer: string]>> = {
  reference: [`import * as Reference from "@residual/backends/reference"`, "Reference.layer()"],
  cpu: [`import * as Cpu from "@residual/backends/cpu"`, "Cpu.layer()"],
  webgpu: [`import * as WebGpu from "@residual/backends/webgpu"`, "WebGpu.layer()"]
}

/** Shows the program that a run is, with what a backend changes in it set off. */
export const showCode = (within: HTMLElement, backend: BackendName): void => {
  const [imported, layer] = layers[backend]
  const changed = (text: string): HTMLElement => element("mark", { "data-backend": backend }, text)
  within.replaceChildren(
    changed(imported),
    `\n\n${before}Effect.runPromise(training.pipe(Effect.provide(`,
    changed(layer),
    ")))"
  )
}
