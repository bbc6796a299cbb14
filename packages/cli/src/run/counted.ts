import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Printer } from "../output.ts"

/** What is counted. */
export interface Counting {
  /** How many there will be. */
  readonly of: number
  /** What is done with each: `measuring`. */
  readonly doing: string
  readonly output: Printer
}

const clear = "\r\u001b[K"

/** A stream whose elements a terminal counts as they come, in a line that is gone when they have. */
export const counted = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  { of, doing, output }: Counting
): Stream.Stream<A, E, R> =>
  output.isTerminal
    ? stream.pipe(
        Stream.zipWithIndex,
        Stream.mapEffect(([element, at]) => Effect.as(output.write(`${clear}${doing} ${at + 1}/${of}`), element)),
        Stream.ensuring(output.write(clear))
      )
    : stream
