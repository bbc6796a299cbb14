import * as Effect from "effect/Effect"
import type { Either } from "fp-ts/lib/Either.js"

/** What the pure packages return as an `Either`, as an Effect: the one place where fp-ts and Effect meet. */
export const eitherToEffect = <E, A>(either: Either<E, A>): Effect.Effect<A, E> =>
  either._tag === "Left" ? Effect.fail(either.left) : Effect.succeed(either.right)
