import * as Layer from "effect/Layer"
import { Backend } from "../backend.ts"
import { makeBackend } from "../makeBackend.ts"
import { type ReferenceOptions, referenceDevice } from "./referenceDevice.ts"

/**
 * The reference backend as a Layer.
 *
 * ```ts
 * import { Backend } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { Effect } from "effect"
 * const claims = Backend.useSync((backend) => backend.claims.size)
 * Effect.runSync(claims.pipe(Effect.provide(Reference.layer({ mode: "rounded" })))) // => 0
 * ```
 */
export const layer = (options: ReferenceOptions = {}): Layer.Layer<Backend> =>
  Layer.sync(Backend, () => makeBackend(referenceDevice(options)))
