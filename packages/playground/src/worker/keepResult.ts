import * as Effect from "effect/Effect"

/** An effect that, once it has succeeded, gives the same value again. */
export const keepResult = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  let result: { readonly value: A } | undefined
  return Effect.suspend(() => {
    if (result !== undefined) return Effect.succeed(result.value)
    return Effect.tap(effect, (value) =>
      Effect.sync(() => {
        result = { value }
      })
    )
  })
}
