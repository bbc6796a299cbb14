import { fc } from "@fast-check/vitest"
import { Effect, Stream } from "effect"
import type { Bytes, DataError } from "../src/index.ts"

/** Bytes cut into pieces at any places, also into empty ones. */
export const pieces = (bytes: Uint8Array): fc.Arbitrary<ReadonlyArray<Uint8Array>> =>
  fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }).map((cuts) => {
    const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
    return places.slice(1).map((end, at) => bytes.subarray(places[at], end))
  })

/** Bytes that come in pieces, of which some come together. */
export const inPieces = (source: string, given: ReadonlyArray<Uint8Array>): Bytes.Bytes => ({
  source,
  stream: Stream.fromIterable(given).pipe(Stream.rechunk(3))
})

/** All that a stream gives, and how it fails then. */
export const outcome = <A>(stream: Stream.Stream<A, DataError>): readonly [ReadonlyArray<A>, string | undefined] => {
  const values: Array<A> = []
  const collected = Stream.runForEach(stream, (value) => Effect.sync(() => void values.push(value)))
  const ended = Effect.runSync(Effect.result(collected))
  return [values, ended._tag === "Failure" ? ended.failure.message : undefined]
}
