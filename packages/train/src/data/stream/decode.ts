import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import type { DataError } from "../dataError.ts"

/** What was made of some input: values, and what failed after them. */
export interface Decoded<B> {
  readonly values: ReadonlyArray<B>
  readonly failure?: DataError | undefined
}

/** What makes values of pieces, fed one after the other; its state is of one run. */
export interface Decoder<A, B> {
  readonly push: (piece: A) => Decoded<B>
  /** What is left when nothing more comes. */
  readonly end: () => Decoded<B>
}

type Some<B> = readonly [B, ...ReadonlyArray<B>]

/** Runs a decoder over a stream. What comes before a failure is handed on first, however the stream is cut into pieces. */
export const decode = <A, B, E, R>(
  stream: Stream.Stream<A, E, R>,
  start: () => Decoder<A, B>
): Stream.Stream<B, E | DataError, R> =>
  Stream.transformPull(stream, (upstream) =>
    Effect.sync(() => {
      const decoder = start()
      let [failure, isDone]: [DataError | undefined, boolean] = [undefined, false]
      const emit = (decoded: ReadonlyArray<Decoded<B>>): Pull.Pull<Some<B>, E | DataError> => {
        failure = decoded.at(-1)?.failure
        const values =
          decoded.length === 1 ? (decoded[0] as Decoded<B>).values : decoded.flatMap(({ values }) => values)
        return values.length === 0 ? pull : Effect.succeed(values as Some<B>)
      }
      const pull: Pull.Pull<Some<B>, E | DataError> = Effect.suspend(() => {
        if (failure !== undefined) return Effect.fail(failure)
        if (isDone) return Cause.done()
        return Pull.matchEffect(upstream, {
          onSuccess: (pieces) => {
            const decoded: Array<Decoded<B>> = []
            for (const piece of pieces) {
              decoded.push(decoder.push(piece))
              if (decoded.at(-1)?.failure !== undefined) break
            }
            return emit(decoded)
          },
          onFailure: Effect.failCause,
          onDone: () => {
            isDone = true
            return emit([decoder.end()])
          }
        })
      })
      return pull
    })
  )
