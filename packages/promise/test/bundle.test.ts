import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { buildApplication } from "./buildApplication.ts"

const backend = /backends\/src\/(cpu|webgpu|reference)\//

describe("an application's bundle", () => {
  it("is for a browser, and loads a backend only where it is opened", async () => {
    const chunks = await buildApplication('import { open } from "@residual/promise"\nopen("cpu")')
    const files = chunks.flatMap(({ files }) => files)
    assert.deepStrictEqual(
      files.filter((file) => /browser-external|^node:|platform-node/.test(file)),
      []
    )
    const first = chunks.filter(({ isEntry }) => isEntry).flatMap(({ files }) => files)
    assert.isTrue(first.some((file) => file.includes("promise/src/open.ts")))
    assert.isFalse(first.some((file) => backend.test(file)))
    assert.isTrue(files.some((file) => file.includes("backends/src/cpu/")))
  })

  it("has nothing of training where it only predicts from a checkpoint", async () => {
    const chunks = await buildApplication(`
      import { makeStore } from "@residual/backends"
      import * as Cpu from "@residual/backends/cpu"
      import { Model } from "@residual/core"
      import { lenet } from "@residual/models"
      import { decodeCheckpoint, makePredictor, matchParameters, modelTensors } from "@residual/train"
      import * as Effect from "effect/Effect"
      const model = lenet()
      export const predicted = Effect.gen(function* () {
        const response = yield* Effect.promise(() => fetch("digits.safetensors"))
        const bytes = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
        const { tensors } = yield* decodeCheckpoint("digits.safetensors", bytes)
        const { matched } = yield* matchParameters(Model.parameters(model), modelTensors(tensors))
        const predict = yield* makePredictor(yield* makeStore(matched), {
          model,
          inputs: { image: { dtype: "f32", shape: [1, 1, 28, 28] } },
          outputs: (model, { image }) => ({ logits: model(image) })
        })
        return yield* predict({ image: new Float32Array(784) })
      })
      Effect.runPromise(Effect.scoped(predicted).pipe(Effect.provide(Cpu.layer()))).then(console.log)
    `)
    const files = chunks.flatMap(({ files }) => files)
    const ofTraining = files.filter((file) => /train\/src\/(?!checkpoint|predict)/.test(file))
    assert.deepStrictEqual(ofTraining, [])
    assert.isFalse(files.some((file) => /backends\/src\/(webgpu|reference)\//.test(file)))
    // The compiler, the backend, what is used of Effect, and the model: docs/promises.md tells how much.
    const kilobytes = chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0) / 1000
    assert.isBelow(kilobytes, 140)
  })
})
