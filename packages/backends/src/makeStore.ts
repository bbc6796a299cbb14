import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Backend, type Store } from "./backend.ts"
import type { BackendError } from "./error/backendError.ts"
import type { Tensor } from "./tensor.ts"

/**
 * A Store on the backend at hand, holding tensors by name; it lasts as long as the Scope. Fails with a `MemoryError`
 * where the device has not the room.
 *
 * ```ts
 * import { makeStore, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { Effect } from "effect"
 * const program = makeStore({ w: Tensor.make([1, 2]) }).pipe(Effect.flatMap((store) => store.types))
 * Effect.runSync(Effect.scoped(program).pipe(Effect.provide(Reference.layer()))) // => { w: { dtype: "f32", shape: [2] } }
 * ```
 */
export const makeStore = (
  tensors: Readonly<Record<string, Tensor>>
): Effect.Effect<Store, BackendError, Backend | Scope.Scope> => Backend.use((backend) => backend.makeStore(tensors))
