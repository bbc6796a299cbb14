import type * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { checkTime } from "../../setting/checkTime.ts"
import { DataError } from "../dataError.ts"
import { type Stalled, timed } from "./timed.ts"

/** How long a stream may take, and what it is called when it takes longer. */
export interface StallOptions {
  /** What the stream is called in errors. */
  readonly source: string
  /** How long the next element may take from when it is asked for. */
  readonly after: Duration.Input
  /** What the elements are: `"element"` by default. */
  readonly unit?: string
}

/**
 * A stream that fails with a `DataError` when it does not give an element in a given time: it says which one, counted from
 * 0, and how long it was waited for. Time counts only while an element is asked for, not while one is used. What a stalled
 * stream holds is let go in the background, so that one that cannot be interrupted keeps nobody waiting. Throws a
 * `SettingError` for an `after` that is no length of time above 0.
 *
 * ```ts
 * import { stalledAfter } from "@residual/train"
 * import { Effect, Stream } from "effect"
 * const stalled = Stream.concat(Stream.make(1, 2), Stream.never)
 * const seen = Stream.runDrain(stalledAfter(stalled, { source: "sensor", after: "20 millis", unit: "row" }))
 * ;(await Effect.runPromise(Effect.flip(seen))).message // => "sensor, row 2: it has stalled: it did not come in 20ms"
 * ```
 */
export const stalledAfter = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  { source, after, unit = "element" }: StallOptions
): Stream.Stream<A, E | DataError, R> => {
  const duration = checkTime("stalledAfter", "after", after)
  return Stream.suspend(() => {
    let count = 0
    const isStalled = (error: E | Stalled): error is Stalled => Predicate.isTagged(error, "Stalled")
    return timed(stream, duration).pipe(
      Stream.map((element) => {
        count++
        return element
      }),
      Stream.mapError((error): E | DataError => {
        if (!isStalled(error)) return error
        const reason = `it has stalled: it did not come in ${error.waited}`
        return new DataError({ source, at: `${unit} ${count}`, reason })
      })
    )
  })
}
