import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Abortable } from "../abortable.ts"
import * as Bridge from "../bridge.ts"

/**
 * `toPromise` of `@residual/promise`, for Effects that read or write files too.
 *
 * ```ts
 * import { toPromise } from "@residual/promise/node"
 * import { Bytes, Read } from "@residual/train"
 * const failed = await toPromise(Read.text(Bytes.file("none.txt"))).catch((error) => error)
 * failed._tag // => "DataError"
 * ```
 */
export const toPromise = <A, E>(
  effect: Effect.Effect<A, E, NodeServices.NodeServices | Bridge.BridgeServices>,
  options?: Abortable
): Promise<A> => Bridge.toPromise(Effect.provide(effect, NodeServices.layer), options)

/**
 * `toAsyncIterable` of `@residual/promise`, for Streams that read or write files too.
 *
 * ```ts
 * import { toAsyncIterable } from "@residual/promise/node"
 * import { Bytes, Read } from "@residual/train"
 * const lines = toAsyncIterable(Read.lines(Bytes.file("none.txt")))
 * const failed = await lines[Symbol.asyncIterator]().next().catch((error) => error)
 * failed._tag // => "DataError"
 * ```
 */
export const toAsyncIterable = <A, E>(
  stream: Stream.Stream<A, E, NodeServices.NodeServices | Bridge.BridgeServices>,
  options?: Abortable
): AsyncIterable<A> => Bridge.toAsyncIterable(Stream.provide(stream, NodeServices.layer), options)
