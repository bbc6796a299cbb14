import { assert, describe, it } from "@effect/vitest"
import { input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import { Backend, DeviceUnavailable, run, Tensor } from "../../src/index.ts"
import type { GpuDevice } from "../../src/webgpu/gpu/api.ts"
import { layer } from "../../src/webgpu/index.ts"
import { ownDevice } from "./ownDevice.ts"
import { hasAdapter } from "./testDevice.ts"

const twice = Effect.map(run(op.mul(input("x", [2]), 2), { x: [1, 2] }), Tensor.toArray)

const devices = globalThis as { readonly "~residual/webgpuDevices"?: ReadonlySet<GpuDevice> }

describe.runIf(hasAdapter)("a device", () => {
  it.live("of the application's own is used as it is, and not destroyed", () =>
    Effect.gen(function* () {
      const device = yield* Effect.promise(() => ownDevice())
      let isLost = false
      device.lost.then(() => {
        isLost = true
      })
      // One after the other, and two at once.
      const onIt = Effect.provide(twice, layer({ device }))
      assert.deepStrictEqual(yield* Effect.provide(twice, layer({ device })), [2, 4])
      assert.deepStrictEqual(yield* Effect.all([onIt, Effect.provide(twice, layer({ device }))], { concurrency: 2 }), [
        [2, 4],
        [2, 4]
      ])
      yield* Effect.promise(() => device.queue.onSubmittedWorkDone())
      assert.isFalse(isLost)
      const buffer = device.createBuffer({ size: 16, usage: 9 })
      yield* Effect.promise(() => buffer.mapAsync(1))
      buffer.destroy()
    })
  )

  it.live("of the backend's own is destroyed with its Layer, and kept as long as the process", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Effect.provide(twice, layer()), [2, 4])
      const device = [...(devices["~residual/webgpuDevices"] ?? [])].at(-1)
      if (device === undefined) return assert.fail("it is not kept")
      assert.strictEqual((yield* Effect.promise(() => device.lost)).reason, "destroyed")
      assert.deepStrictEqual(yield* Effect.provide(twice, layer()), [2, 4])
      assert.isTrue(devices["~residual/webgpuDevices"]?.has(device))
    })
  )

  it.live("tells what its numbers depend on: whose it is, and what kernels are made for", () =>
    Effect.gen(function* () {
      const identity = Backend.useSync(({ identity }) => identity)
      const own = yield* Effect.provide(identity, layer())
      assert.includeMembers(Object.keys(own), ["vendor", "architecture", "description", "workgroupThreads"])
      assert.include(own, { name: "webgpu", halfPrecision: false })
      assert.notStrictEqual(own["description"], "")
      assert.deepStrictEqual(yield* Effect.provide(identity, layer()), own)
      assert.include(yield* Effect.provide(identity, layer({ subgroups: false })), { subgroups: false })
    })
  )

  it.live("that is lost already is not available, nor one without what is required", () =>
    Effect.gen(function* () {
      const device = yield* Effect.promise(() => ownDevice())
      const withFeature = layer({ device, requiredFeatures: ["timestamp-query", "float32-filterable"] })
      const lacking = yield* Effect.flip(Effect.provide(twice, withFeature))
      assert.instanceOf(lacking, DeviceUnavailable)
      assert.strictEqual(
        lacking.message,
        "webgpu is not available: the device that was given has no timestamp-query, float32-filterable"
      )
      const none = yield* Effect.flip(Effect.provide(twice, layer({ requiredFeatures: ["no-such-feature"] })))
      assert.strictEqual(none.message, "webgpu is not available: the GPU has no no-such-feature")
      device.destroy()
      yield* Effect.promise(() => device.lost)
      const lost = yield* Effect.flip(Effect.provide(twice, layer({ device })))
      assert.strictEqual(lost._tag, "DeviceUnavailable")
      assert.match(lost.message, /^webgpu is not available: the device that was given is lost: .*destroyed/)
    })
  )
})
