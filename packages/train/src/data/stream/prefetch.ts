import * as Stream from "effect/Stream"
import { checkSettings, counting } from "../../setting/checkSettings.ts"

/**
 * A stream that is read ahead: while what it gave last is being used, the next `ahead` elements are made, and no more until
 * one of them is taken. It is worth it for streams that wait (for a disk, a network, workers), since a step's arithmetic
 * leaves no room for other work on its own thread. Throws a `SettingError` unless at least one is read ahead.
 *
 * ```ts
 * import { prefetch } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * Effect.runSync(Stream.runCollect(prefetch(Stream.range(1, 3), { ahead: 2 }))) // => [1, 2, 3]
 * ```
 */
export const prefetch = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  { ahead }: { readonly ahead: number }
): Stream.Stream<A, E, R> => {
  checkSettings("prefetch", { ahead: [counting, ahead] })
  return Stream.buffer(stream, { capacity: ahead })
}
