import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Backend } from "../backend.ts"
import type { DeviceUnavailable } from "../error/deviceUnavailable.ts"
import { makeBackend } from "../makeBackend.ts"
import { ProgramCache } from "../programCache.ts"
import { type WebGpuOptions, webGpuDevice } from "./webgpuDevice.ts"

/**
 * The WebGPU backend as a Layer, with a cache of the programs that it has loaded. In Node it needs the package `webgpu`.
 * Fails with a `DeviceUnavailable` that says what is missing where there is no GPU to be had; after a loss, the Layer built anew
 * has another device.
 *
 * ```ts
 * import { run, Tensor } from "@residual/backends"
 * import * as Cpu from "@residual/backends/cpu"
 * import * as WebGpu from "@residual/backends/webgpu"
 * import { input, op } from "@residual/core"
 * import { Effect, Layer } from "effect"
 * const gpuOrCpu = Layer.catchTag(WebGpu.layer(), "DeviceUnavailable", () => Cpu.layer())
 * const y = run(op.mul(input("x", [2]), 3), { x: [1, 2] }).pipe(Effect.map(Tensor.toArray))
 * await Effect.runPromise(y.pipe(Effect.provide(gpuOrCpu))) // => [3, 6]
 * ```
 */
export const layer = (options: WebGpuOptions = {}): Layer.Layer<Backend | ProgramCache, DeviceUnavailable> =>
  Layer.provideMerge(ProgramCache.layer, Layer.effect(Backend, Effect.map(webGpuDevice(options), makeBackend)))
