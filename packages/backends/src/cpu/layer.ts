import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Backend } from "../backend.ts"
import { makeBackend } from "../makeBackend.ts"
import { ProgramCache } from "../programCache.ts"
import { type CpuOptions, cpuDevice } from "./cpuDevice.ts"
import { hostedDevice } from "./hosted/hostedDevice.ts"
import { isPage } from "./hosted/isPage.ts"

/**
 * How the CPU backend runs, and where.
 *
 * ```ts
 * import type { CpuLayerOptions } from "@residual/backends/cpu"
 * const options: CpuLayerOptions = { threads: 2, host: "worker" }
 * options.host // => "worker"
 * ```
 */
export interface CpuLayerOptions extends CpuOptions {
  /**
   * Whose thread is the first of those that compute: the caller's, which is quickest and stands still during a step; or
   * a worker's, which leaves the caller free. On a page's main thread it is a worker's by default, elsewhere the
   * caller's.
   */
  readonly host?: "caller" | "worker"
}

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
export const layer = (options: CpuLayerOptions = {}): Layer.Layer<Backend | ProgramCache> =>
  Layer.provideMerge(ProgramCache.layer, Layer.effect(Backend, backend(options)))

const backend = ({
  host = isPage() ? "worker" : "caller",
  ...options
}: CpuLayerOptions): Effect.Effect<Backend["Service"], never, Scope.Scope> =>
  host === "worker" ? Effect.map(hostedDevice(options), makeBackend) : Effect.map(cpuDevice(options), makeBackend)
