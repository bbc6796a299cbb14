import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Printer } from "../output.ts"

/** Prints what is generated as it comes, and ends its line, also where it stops in the midst. */
export const writePieces = <E, R>(output: Printer, pieces: Stream.Stream<string, E, R>): Effect.Effect<void, E, R> =>
  Effect.suspend(() => {
    let isBegun = false
    const write = (piece: string): Effect.Effect<void> => {
      isBegun = true
      return output.write(piece)
    }
    const endLine = output.write("\n")
    return Stream.runForEach(pieces, write).pipe(
      Effect.onError(() => (isBegun ? endLine : Effect.void)),
      Effect.andThen(endLine)
    )
  })
