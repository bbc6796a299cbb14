import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { type Device, ExecutionError, makeBackend, Tensor } from "../src/index.ts"
import { referenceDevice } from "../src/reference/index.ts"
import { errorOf, ones, step } from "./probe.ts"
import { makeSynchronousProbe } from "./synchronousProbe.ts"

/** A tracer that keeps the spans which it makes. */
const makeTracer = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return { spans, tracer }
}

const exitOf = ({ status }: Tracer.NativeSpan) => (status._tag === "Ended" ? status.exit : undefined)

describe("spans", () => {
  it.effect("a tracer sees every run of a synchronous step, within what surrounds it", () =>
    Effect.gen(function* () {
      const { probe, bound } = yield* makeSynchronousProbe
      const { executable } = yield* bound
      const { spans, tracer } = makeTracer()
      const outputs = yield* executable.run(ones).pipe(Effect.withSpan("surrounding"), Effect.withTracer(tracer))
      probe.failure = new ExecutionError({ device: "probe", op: "mul", operands: [], reason: "planned" })
      yield* errorOf(executable.run(ones).pipe(Effect.withTracer(tracer)))
      yield* errorOf(executable.run({}).pipe(Effect.withTracer(tracer)))
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["surrounding", "residual.run", "residual.run", "residual.run"]
      )
      const [surrounding, first, second, third] = spans as [
        Tracer.NativeSpan,
        Tracer.NativeSpan,
        Tracer.NativeSpan,
        Tracer.NativeSpan
      ]
      assert.strictEqual(Option.getOrUndefined(first.parent), surrounding)
      assert.deepStrictEqual(
        [...first.attributes],
        [
          ["device", "synchronous"],
          ["hash", step.hash]
        ]
      )
      assert.deepStrictEqual(exitOf(first), Exit.succeed(outputs))
      for (const failed of [second, third]) assert.isTrue(Exit.isFailure(exitOf(failed)!))
      assert.strictEqual(probe.runs, 2)
    })
  )

  it.effect("are made for a tracer only", () =>
    Effect.gen(function* () {
      const reference = referenceDevice()
      const seen: Array<string | undefined> = []
      const note = Effect.map(Effect.option(Effect.currentSpan), (span) => {
        seen.push(Option.getOrUndefined(span)?.name)
      })
      const device: Device<Tensor.Tensor> = {
        ...reference,
        load: (program) =>
          Effect.map(reference.load(program), (loaded) => ({
            kind: "asynchronous",
            bind: (slots) => {
              const run = (loaded as Extract<typeof loaded, { readonly kind: "asynchronous" }>).bind(slots)
              return (inputs, outputs) => Effect.andThen(note, run(inputs, outputs))
            }
          }))
      }
      const backend = makeBackend(device)
      const store = yield* backend.makeStore({ w: Tensor.make([1, 2]) })
      const executable = yield* (yield* backend.load(step)).bind(store)
      yield* executable.run(ones)
      yield* executable.run(ones).pipe(Effect.withTracer(makeTracer().tracer))
      yield* executable.run(ones).pipe(Effect.withTracer(Tracer.nativeTracer))
      assert.deepStrictEqual(seen, [undefined, "residual.run", undefined])
    })
  )
})
