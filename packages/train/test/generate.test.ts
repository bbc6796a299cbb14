import { assert, describe, it } from "@effect/vitest"
import { Backend, makeStore, ProgramCache, run, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, HostRandom, input, Model, op } from "@residual/core"
import { Effect, Stream } from "effect"
import {
  firstParameters,
  type GenerateOptions,
  generate,
  type LanguageModel,
  makeGenerator,
  sampleToken
} from "../src/index.ts"

const [vocabulary, width, context] = [7, 5, 6]

const table = Model.embeddingTable({ count: vocabulary, width, initialiser: Model.normal(1) })
const parts = { tokens: Model.embedding({ weight: table }), head: Model.linear({ in: width, out: vocabulary }) }

/** Guesses the next token from the sum of all before it, newer ones weighing more. */
const whole = Model.make(parts, ({ tokens, head }, ids: AnyExpr) => {
  const [, count = 0] = ids.type.shape
  return head(op.cumSum(weighed(tokens(ids), op.iota([1, count, 1], { axis: 1 })), { axis: 1 }))
})

/** The same with what it has read in a cache. */
const cached = { ...parts, cache: Model.state([context, width]) }
const model: LanguageModel = {
  context,
  prefill: Model.make(cached, ({ tokens, head, cache }, ids: AnyExpr) => {
    const read = weighed(tokens(ids), op.iota([1, context, 1], { axis: 1 }))
    cache.update(op.squeeze(read, 0))
    return head(op.cumSum(read, { axis: 1 }))
  }),
  decode: Model.make(
    cached,
    ({ tokens, head, cache }, next: { readonly token: AnyExpr; readonly position: AnyExpr }) => {
      const read = op.squeeze(weighed(tokens(next.token), next.position), 0)
      const start = op.concat([op.reshape(next.position, [1]), op.iota([1])])
      const all = op.dynamicUpdateSlice(cache.value, read, start)
      cache.update(all)
      const isRead = op.lessEqual(op.iota([context, 1]), next.position)
      return op.expandDims(op.expandDims(head(op.sum(op.where(isRead, all, 0), { axes: 0 })), 0), 0)
    }
  )
}

const weighed = (x: AnyExpr, position: AnyExpr): AnyExpr => op.mul(x, op.add(op.cast(position, "f32"), 1))

const key = HostRandom.keyFromSeed(5)
const first = firstParameters(whole, HostRandom.keyFromSeed(2))

/** Generates without a cache: reads all tokens of the context anew for each one. */
const withoutCache = ({ prompt, count, key, ...sampling }: GenerateOptions) =>
  Effect.gen(function* () {
    const parameters = Object.fromEntries(
      Object.entries(first).map(([path, { type }]) => [path, input(path, type.shape, type)])
    )
    let window = Array.from(prompt).slice(-context)
    const made: Array<number> = []
    while (made.length < count) {
      const ids = input("ids", [1, window.length], { dtype: "i32" })
      const { output } = Model.apply(whole, { parameters, mode: "evaluate" }, ids)
      const logits = Tensor.toTypedArray(yield* run(output, { ...first, ids: [window] }))
      const token = sampleToken(logits.slice(-vocabulary), HostRandom.foldIn(key, made.length), sampling)
      made.push(token)
      window = window.length === context ? [...window, token].slice(-context / 2) : [...window, token]
    }
    return made
  })

const withCache = (options: GenerateOptions) =>
  Effect.gen(function* () {
    const generator = yield* makeGenerator(yield* makeStore(first), model)
    return yield* Stream.runCollect(generate(generator, options))
  })

const onReference = Effect.provide(Reference.layer())

describe("generation", () => {
  const cases: ReadonlyArray<readonly [name: string, options: GenerateOptions]> = [
    ["greedily", { prompt: Int32Array.of(1, 2), count: 4, key, temperature: 0 }],
    ["by chance", { prompt: Int32Array.of(3), count: 5, key }],
    ["from the likeliest tokens", { prompt: Int32Array.of(3), count: 5, key, temperature: 2, topK: 3 }],
    ["from the likeliest half", { prompt: Int32Array.of(3), count: 5, key, topP: 0.5 }],
    ["beyond its context", { prompt: Int32Array.of(0, 6), count: 20, key }],
    ["from a prompt that fills the context", { prompt: Int32Array.of(6, 5, 4, 3, 2, 1), count: 3, key }],
    ["from a prompt longer than the context", { prompt: Int32Array.from([6, 5, 4, 3, 2, 1, 0, 1]), count: 9, key }]
  ]
  it.effect.each(cases)("with a cache gives %s what reading everything anew gives", ([, options]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* withCache(options), yield* withoutCache(options))
    }).pipe(onReference)
  )

  it.effect("compiles two programs, whatever the prompt and the count", () =>
    Effect.gen(function* () {
      const cache = yield* ProgramCache
      const generator = yield* makeGenerator(yield* makeStore(first), model)
      for (const prompt of [Int32Array.of(1), Int32Array.of(2, 3, 4)]) {
        yield* Stream.runDrain(generate(generator, { prompt, count: 3, key }))
      }
      assert.strictEqual(yield* cache.compilations, 2)
    }).pipe(onReference)
  )

  it.effect("reads only what is asked for", () =>
    Effect.gen(function* () {
      const store = yield* makeStore(first)
      const generator = yield* makeGenerator(store, model)
      const none = yield* Stream.runCollect(generate(generator, { prompt: Int32Array.of(1), count: 0, key }))
      assert.deepStrictEqual(none, [])
      assert.isTrue(
        Tensor.equals(
          yield* store.read("cache"),
          Tensor.make(new Float32Array(context * width), { shape: [context, width] })
        )
      )
    }).pipe(onReference)
  )

  it.effect("gives back what its caches take", () =>
    Effect.gen(function* () {
      const backend = yield* Backend
      yield* Effect.scoped(withCache({ prompt: Int32Array.of(1), count: 2, key }))
      const idle = yield* backend.liveBytes
      yield* Effect.scoped(withCache({ prompt: Int32Array.of(1), count: 9, key }))
      assert.strictEqual(yield* backend.liveBytes, idle)
    }).pipe(onReference)
  )

  it.effect("refuses an empty prompt, a draw from nothing, and a Store without the parameters", () =>
    Effect.gen(function* () {
      const generator = yield* makeGenerator(yield* makeStore(first), model)
      const empty = generate(generator, { prompt: new Int32Array(0), count: 1, key })
      assert.strictEqual((yield* Effect.flip(Stream.runDrain(empty))).message, "the prompt: it has no tokens")
      const refused = (sampling: Partial<GenerateOptions>) =>
        Effect.flip(Stream.runDrain(generate(generator, { prompt: Int32Array.of(1), count: 1, key, ...sampling })))
      assert.strictEqual((yield* refused({ temperature: -1 })).message, "the temperature: it is -1, not 0 or more")
      assert.strictEqual((yield* refused({ topK: 0 })).message, "the topK: it is 0, not 1 or more")
      assert.strictEqual((yield* refused({ topP: 0 })).message, "the topP: it is 0, not above 0 and at most 1")
      const missing = yield* Effect.flip(makeGenerator(yield* makeStore({}), model))
      assert.strictEqual(missing._tag, "StoreError")
    }).pipe(onReference)
  )
})
