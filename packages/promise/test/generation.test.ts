import { assert, describe, it } from "@effect/vitest"
import { makeStore, type Tensor } from "@residual/backends"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import { HostRandom } from "@residual/core"
import { gpt, gptDecoder } from "@residual/models"
import { DataError, firstParameters, generate, makeGenerator } from "@residual/train"
import { Effect, Stream } from "effect"
import type { OpenModel } from "../src/index.ts"
import { backends } from "./line.ts"
import { rejection, thrownBy } from "./rejection.ts"

const shape = { vocabulary: 7, context: 8, layers: 1, heads: 2, width: 8 }
const [model, decoder] = [gpt(shape), gptDecoder(shape)]
const parameters: Readonly<Record<string, Tensor.Tensor>> = firstParameters(model, HostRandom.keyFromSeed(3))
const request = { prompt: Int32Array.of(1, 2, 3), count: 12, key: HostRandom.keyFromSeed(4) }
const layers = { reference: Reference.layer(), cpu: Cpu.layer({ threads: 1 }) }

describe.each(backends)("generation: %s", (name, openBackend) => {
  it("gives the tokens that the library's generate gives, one at a time", async () => {
    await using backend = await openBackend()
    await using open = await backend.model(model, parameters)
    const tokens = await open.generator(decoder)
    const inEffect = Effect.gen(function* () {
      const generator = yield* makeGenerator(yield* makeStore(parameters), decoder)
      return yield* Stream.runCollect(generate(generator, request))
    })
    const layer = layers[name as keyof typeof layers]
    const expected = await Effect.runPromise(Effect.scoped(inEffect).pipe(Effect.provide(layer)))
    assert.lengthOf(expected, 12)
    assert.deepStrictEqual(await Array.fromAsync(tokens(request)), expected)
    assert.deepStrictEqual(await Array.fromAsync(tokens(request)), expected)
  })

  it("stops where it is left or aborted, and leaves nothing on the device", async () => {
    await using backend = await openBackend()
    const use = async (open: OpenModel): Promise<void> => {
      const tokens = await open.generator(decoder)
      const begun: Array<number> = []
      for await (const token of tokens(request)) if (begun.push(token) === 3) break
      assert.lengthOf(begun, 3)
      const controller = new AbortController()
      const loop = async () => {
        for await (const _ of tokens({ ...request, signal: controller.signal })) controller.abort()
      }
      assert.strictEqual(await rejection(loop()), controller.signal.reason)
      const { given, thrown } = await thrownBy(tokens({ ...request, prompt: Int32Array.of() }))
      assert.lengthOf(given, 0)
      assert.instanceOf(thrown, DataError)
    }
    const once = async () => {
      await using open = await backend.model(model, parameters)
      await use(open)
    }
    await once()
    const before = await backend.liveBytes()
    await once()
    assert.strictEqual(await backend.liveBytes(), before)
  })
})
