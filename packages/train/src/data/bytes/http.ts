import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as Stream from "effect/Stream"
import { checkTime } from "../../setting/checkTime.ts"
import { type Stalled, timed } from "../stream/timed.ts"
import type { Bytes } from "./bytes.ts"
import { failAt } from "./failAt.ts"

/** How an address is read. */
export interface HttpOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** How long the server may take to answer, and then to send any more: a minute by default. */
  readonly stalledAfter?: Duration.Input
}

/**
 * What an address holds, read piece by piece by an `HttpClient` (`FetchHttpClient.layer`, say), as often as the bytes are.
 * What the server compressed for the way is decompressed; a file that is compressed itself is for `Bytes.gunzip`.
 *
 * Fails with a `DataError` that tells the status where that is not one of success; and how many bytes had come, where the
 * connection breaks or the server sends nothing for too long. Throws a `SettingError` for a `stalledAfter` that is no length
 * of time above 0.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * import { FetchHttpClient } from "effect/http"
 * const address = "data:text/csv,x,y%0A1,2%0A"
 * const table = Read.table(Bytes.http(address)).pipe(Effect.provide(FetchHttpClient.layer))
 * ;(await Effect.runPromise(table)).rows // => 1
 * ```
 */
export const http = (
  address: string,
  { headers = {}, stalledAfter = "1 minute" }: HttpOptions = {}
): Bytes<HttpClient.HttpClient> => {
  const patience = checkTime("Bytes.http", "stalledAfter", stalledAfter)
  const contents = Stream.unwrap(
    Effect.gen(function* () {
      // What was asked for is let go with the stream, also where it is refused before any of it is read.
      const client = HttpClient.filterStatusOk(HttpClient.withScope(yield* HttpClient.HttpClient))
      return (yield* client.get(address, { headers })).stream
    })
  ).pipe(
    Stream.catchIf(
      (error) => error.reason._tag === "EmptyBodyError",
      () => Stream.empty
    )
  )
  return { source: address, stream: failAt(address, timed(contents, patience), reasonOf) }
}

const reasonOf = (error: HttpClientError.HttpClientError | Stalled): string => {
  if (error._tag === "Stalled") return `it has stalled: the server sent nothing for ${error.waited}`
  const { reason } = error
  switch (reason._tag) {
    case "StatusCodeError":
      return `the server answers with status ${reason.response.status}`
    case "InvalidUrlError":
      return "it is no address"
    default: {
      const cause = innermost(reason.cause)
      return cause === undefined ? `reading it fails: ${reason.message}` : `reading it fails: ${cause}`
    }
  }
}

/** What stands at the beginning of a chain of causes, in words. */
const innermost = (cause: unknown): string | undefined => {
  if (!(cause instanceof Error)) return undefined
  return innermost(cause.cause) ?? (cause.message === "" ? cause.name : cause.message)
}
