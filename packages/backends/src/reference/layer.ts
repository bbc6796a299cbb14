import * as Layer from "effect/Layer"
import { Backend } from "../backend.ts"
import { makeBackend } from "../makeBackend.ts"
import { ProgramCache } from "../programCache.ts"
import { type ReferenceOptions, referenceDevice } from "./referenceDevice.ts"

/**
 * The reference backend as a Layer, with a cache of the programs that it has loaded.
 *
 * ```ts
 * import { Backend } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { Effect } from "effect"
 * const claims = Backend.useSync((backend) => backend.claims.size)
 * Effect.runSync(claims.pipe(Effect.provide(Reference.layer({ mode: "rounded" })))) // => 0
 * ```
 */
export const layer = (options: ReferenceOptions = {}): Layer.Layer<Backend | ProgramCache> =>
  Layer.provideMerge(
    ProgramCache.layer,
    Layer.sync(Backend, () => makeBackend(referenceDevice(options)))
  )
