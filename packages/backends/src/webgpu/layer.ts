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
 */
export const layer = (options: WebGpuOptions = {}): Layer.Layer<Backend | ProgramCache, DeviceUnavailable> =>
  Layer.provideMerge(ProgramCache.layer, Layer.effect(Backend, Effect.map(webGpuDevice(options), makeBackend)))
