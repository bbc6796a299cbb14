import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, claimable, composite, input, op } from "@residual/core"
import type { Claims, Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Backend, makeBackend, ProgramCache, run, Tensor } from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"

const claims: Claims = new Set([claimable.attention, claimable.softmax])
const x = input("x", [2, 2])

/** What a backend gives that claims the library's softmax and attention, and the composites that it was handed whole. */
const runOn = (y: AnyExpr) =>
  Effect.gen(function* () {
    const loaded: Array<Program> = []
    const device = Reference.referenceDevice({ claims })
    const backend = makeBackend({
      ...device,
      load: (program) => {
        loaded.push(program)
        return device.load(program)
      }
    })
    const layer = Layer.provideMerge(ProgramCache.layer, Layer.succeed(Backend, backend))
    const given = { x: [1, 2, 3, 4] }
    const result = yield* Effect.provide(run(y, given), layer)
    const whole = loaded.flatMap(({ graph }) => graph.nodes.flatMap(({ op, body }) => (body === undefined ? [] : [op])))
    return { values: Tensor.toArray(result), whole }
  })

describe("claims", () => {
  it.effect("hand a backend the library's composites whole", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* runOn(op.softmax(x))).whole, ["softmax"])
      assert.deepStrictEqual((yield* runOn(op.attention(x, x, x))).whole, ["attention"])
    })
  )

  it.effect.each(["softmax", "attention"])("are of ops, so that another composite called %s is inlined", (name) =>
    Effect.gen(function* () {
      const own = composite(name, { body: ([a]) => op.mul(a as AnyExpr, 10) })
      const { values, whole } = yield* runOn(own([x], {}))
      assert.deepStrictEqual(whole, [])
      assert.deepStrictEqual(values, [
        [10, 20],
        [30, 40]
      ])
    })
  )

  it.effect("tell the two apart in one program, whose cache knows them as two", () =>
    Effect.gen(function* () {
      const own = composite("softmax", { body: ([a]) => op.mul(a as AnyExpr, 10) })
      const { whole } = yield* runOn(op.add(own([x], {}), op.softmax(own([x], {}))))
      assert.deepStrictEqual(whole, ["softmax"])
      const compilations = Effect.gen(function* () {
        yield* run(own([x], {}), { x: [1, 2, 3, 4] })
        yield* run(op.softmax(x), { x: [1, 2, 3, 4] })
        return yield* (yield* ProgramCache).compilations
      })
      assert.strictEqual(yield* Effect.provide(compilations, Reference.layer({ claims })), 2)
    })
  )
})
