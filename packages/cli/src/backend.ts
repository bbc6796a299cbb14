import type { Backend, BackendError, DeviceUnavailable, ProgramCache } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { UsageError } from "./commandError.ts"

/** The name of a backend. */
export type BackendName = "cpu" | "reference" | "webgpu"

/** The names of all backends. */
export const backendNames: ReadonlyArray<BackendName> = ["cpu", "reference", "webgpu"]

/** What computes, and on how many threads. */
export interface BackendSettings {
  readonly backend: BackendName
  /** As many as the backend takes by itself where it is `null`. */
  readonly threads: number | null
}

// Only where it is asked for: a backend makes a good part of what the command loads.
const loadCpu = Effect.promise(() => import("@residual/backends/cpu"))
const loadWebGpu = Effect.promise(() => import("@residual/backends/webgpu"))

/** The flag that chooses a backend. */
export const backendFlag = (byDefault: BackendName) =>
  Flag.Literals("backend", backendNames).pipe(
    Flag.withDefault<BackendName>(byDefault),
    Flag.withDescription(`What computes: ${backendNames.join(", ")}, on a GPU (${byDefault})`)
  )

/** More threads than any machine gives to one process by purpose; each has a memory of its own to start in. */
export const mostThreads = 256

/** The flag that says on how many threads programs run. */
export const threadsFlag = Flag.Int("threads").pipe(
  Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostThreads }))),
  Flag.withDescription("Threads of the cpu backend (one for each core)"),
  Flag.optional,
  Flag.map(Option.getOrNull)
)

/**
 * The backend that settings ask for. The reference keeps every float in 64 bits unless it is to compute in 32. Fails
 * where the backend does not run on so many threads, and where this machine does not have what it runs on.
 */
export const backendLayer = (
  { backend, threads }: BackendSettings,
  precision: "f32" | "f64" = "f64"
): Layer.Layer<Backend | ProgramCache, BackendError | DeviceUnavailable | UsageError> => {
  if (backend === "cpu")
    return Layer.unwrap(Effect.map(loadCpu, (cpu) => cpu.layer(threads === null ? {} : { threads })))
  if (threads !== null && threads !== 1) {
    const message = `--threads ${threads}: the ${backend} backend runs on one thread`
    return Layer.unwrap(Effect.fail(new UsageError({ message })))
  }
  if (backend === "webgpu") return Layer.unwrap(Effect.map(loadWebGpu, (webgpu) => webgpu.layer()))
  return Reference.layer({ mode: precision === "f32" ? "rounded" : "exact" })
}
