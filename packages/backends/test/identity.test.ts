import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Cpu from "../src/cpu/index.ts"
import { Backend, identityDifferences } from "../src/index.ts"
import * as Reference from "../src/reference/index.ts"

const identityOn = <E>(layer: Layer.Layer<Backend, E>) =>
  Effect.provide(
    Backend.useSync(({ identity }) => identity),
    layer
  )

describe("what a backend's numbers depend on", () => {
  it.effect("is the reference's mode", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* identityOn(Reference.layer()), { name: "reference", mode: "exact" })
      const rounded = yield* identityOn(Reference.layer({ mode: "rounded" }))
      assert.deepStrictEqual(rounded, { name: "reference", mode: "rounded" })
    })
  )

  it.effect("is the CPU's threads, rounding and tiles", () =>
    Effect.gen(function* () {
      const one = yield* identityOn(Cpu.layer({ threads: 1 }))
      assert.include(one, { name: "cpu", threads: 1, simd: "relaxed" })
      const two = yield* identityOn(Cpu.layer({ threads: 2 }))
      assert.deepStrictEqual(
        identityDifferences(one, two).map(({ what }) => what),
        ["threads", "shareFrom"]
      )
      const plain = yield* identityOn(Cpu.layer({ threads: 1, relaxedSimd: false }))
      assert.deepStrictEqual(
        identityDifferences(one, plain).map(({ what }) => what),
        ["simd", "roundsOnce"]
      )
      const alone = yield* identityOn(Cpu.layer({ threads: 2, shareFrom: Number.POSITIVE_INFINITY }))
      assert.strictEqual(alone["shareFrom"], "never")
    })
  )

  it.effect("is the same for a device in a worker of its own", () =>
    Effect.gen(function* () {
      const here = yield* identityOn(Cpu.layer({ threads: 2 }))
      assert.deepStrictEqual(yield* identityOn(Cpu.layer({ threads: 2, host: "worker" })), here)
    })
  )

  it("says what differs, also where only one side tells it", () => {
    assert.deepStrictEqual(identityDifferences({ name: "cpu", threads: 2 }, { name: "cpu", threads: 2 }), [])
    assert.deepStrictEqual(identityDifferences({ name: "cpu", simd: "plain" }, { name: "webgpu", subgroups: true }), [
      { what: "name", before: "cpu", now: "webgpu" },
      { what: "simd", before: "plain", now: undefined },
      { what: "subgroups", before: undefined, now: true }
    ])
  })
})
