import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Backend } from "../backend.ts"
import { makeBackend } from "../makeBackend.ts"
import { ProgramCache } from "../programCache.ts"
import { type CpuOptions, cpuDevice } from "./cpuDevice.ts"

/**
 * The CPU backend as a Layer, with a cache of the programs that it has loaded: each program becomes one WebAssembly
 * module, compiled when it is loaded.
 *
 * ```ts
 * import { Backend, run, Tensor } from "@residual/backends"
 * import * as Cpu from "@residual/backends/cpu"
 * import { input, op } from "@residual/core"
 * import { Effect } from "effect"
 * const y = run(op.mul(input("x", [2]), 3), { x: [1, 2] }).pipe(Effect.map(Tensor.toArray))
 * await Effect.runPromise(y.pipe(Effect.provide(Cpu.layer({ threads: 1 })))) // => [3, 6]
 * ```
 */
export const layer = (options: CpuOptions = {}): Layer.Layer<Backend | ProgramCache> =>
  Layer.provideMerge(ProgramCache.layer, Layer.effect(Backend, Effect.map(cpuDevice(options), makeBackend)))
