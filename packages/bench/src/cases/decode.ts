import { compile, Tensor } from "@residual/backends"
import { HostRandom, input, Model, op } from "@residual/core"
import { firstParameters, firstStates, generate, makeGenerator } from "@residual/train"
import { Effect, Stream } from "effect"
import { gptSizes } from "../data/gptSizes.ts"
import type { Benchmark } from "./benchmark.ts"
import { gptDecoder } from "./gptModel.ts"

const size = gptSizes.small
const key = HostRandom.keyFromSeed(0)

/** Inputs that no slot has the names of: no path of a model holds a slash. */
const inputNames = { token: "next/token", position: "next/position" }

/** The token that each text begins with. */
const firstToken = 1

/**
 * W7: greedy decoding of as many tokens as the context holds, one run each. The program picks the most likely token and
 * hands that back, and the next run is given it as it is.
 */
export const decode = (): Benchmark => {
  const { decode } = gptDecoder(size)
  return {
    slots: { ...firstParameters(decode, key), ...firstStates(decode) },
    build: (store) =>
      Effect.gen(function* () {
        const token = input(inputNames.token, [1, 1], { dtype: "i32" })
        const position = input(inputNames.position, [], { dtype: "i32" })
        const { output, state } = Model.apply(decode, { ...Model.slots(decode), mode: "evaluate" }, { token, position })
        const compiled = yield* compile({ outputs: { token: op.argMax(output, { axis: -1 }) }, updates: state })
        const executable = yield* compiled.bind(store)
        const chosen: Array<number> = []
        const text = Effect.gen(function* () {
          chosen.length = 0
          let token = Tensor.make([[firstToken]], { dtype: "i32" })
          for (let at = 0; at < size.context; at++) {
            const position = Tensor.make(at, { dtype: "i32" })
            const outputs = yield* executable.run({ [inputNames.token]: token, [inputNames.position]: position })
            token = outputs["token"] as Tensor.Tensor
            chosen.push(Tensor.toNumber(token))
          }
        })
        return { program: executable.program, call: Effect.as(text, undefined), tokens: () => chosen }
      })
  }
}

/** W7 as an application has it: a stream of generated tokens, chosen on the host, behind a prompt of one token. */
export const generated = (): Benchmark => {
  const model = gptDecoder(size)
  return {
    slots: firstParameters(model.decode, key),
    build: (store) =>
      Effect.gen(function* () {
        const generator = yield* makeGenerator(store, model)
        const prompt = Int32Array.of(firstToken)
        const chosen: Array<number> = []
        const text = Stream.runForEach(
          generate(generator, { prompt, count: size.context, key, temperature: 0 }),
          (token) => Effect.sync(() => chosen.push(token))
        )
        const fresh = Effect.sync(() => {
          chosen.length = 0
        })
        return {
          program: generator.decode.program,
          // What is wrong with the request would be a mistake of this file.
          call: Effect.as(Effect.andThen(fresh, Effect.catchTag(text, "DataError", Effect.die)), undefined),
          tokens: () => chosen
        }
      })
  }
}
