import { DataError } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as Stream from "effect/Stream"

/** What an address holds. Fails with a `DataError` where it answers anything but that, or stops answering. */
export const addressBytes = (address: string): Stream.Stream<Uint8Array, DataError> =>
  Stream.unwrap(
    HttpClient.HttpClient.use((client) =>
      Effect.map(HttpClient.filterStatusOk(client).get(address), ({ stream }) => stream)
    )
  ).pipe(
    Stream.mapError((error) => new DataError({ source: address, reason: reasonOf(error) })),
    Stream.provide(FetchHttpClient.layer)
  )

const reasonOf = ({ response, cause, message }: HttpClientError.HttpClientError): string => {
  if (response !== undefined && response.status >= 300) return `it answers with status ${response.status}`
  // What a connection failed with is the cause of what fetching failed with.
  const within = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return `cannot read it: ${within instanceof Error ? within.message || within.name : message}`
}
