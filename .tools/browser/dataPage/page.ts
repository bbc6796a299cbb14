// Reads data in a page, and posts what came of it to the server of the page.

import { Bytes, type DataError, mapInWorkers, Read } from "@residual/train"
import { Effect, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { formats } from "./formats.ts"

/** The little of a browser that is used here. */
const page = globalThis as unknown as {
  readonly Worker: new (
    url: URL,
    options: { readonly type: "module" }
  ) => {
    readonly addEventListener: (type: string, listener: (event: object) => void) => void
    readonly postMessage: (message: unknown, moved: Array<ArrayBuffer>) => void
    readonly terminate: () => void
  }
  readonly location: { readonly href: string }
}

const served = (name: string) => Bytes.http(new URL(name, page.location.href).href)
const { Worker } = page

const squares = (stream: Stream.Stream<number>) =>
  mapInWorkers(stream, {
    source: "numbers",
    workers: 2,
    // Bundlers look for exactly this expression.
    worker: () => new Worker(new URL("./square.ts", import.meta.url), { type: "module" })
  })

const messageOf = <A, R>(effect: Effect.Effect<A, DataError, R>) =>
  Effect.match(effect, { onFailure: ({ message }) => message, onSuccess: () => "it did not fail" })

const found = Effect.all({
  formats: formats(served),
  text: Read.text(Bytes.gunzip(served("text.gz"))),
  missing: messageOf(Read.text(served("none.txt"))),
  squares: Stream.runCollect(squares(Stream.range(1, 20))),
  failing: messageOf(Stream.runDrain(squares(Stream.make(1, 2, -3))))
})

const result = await Effect.runPromise(
  found.pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.catch((error) => Effect.succeed({ error: error.message }))
  )
).catch((cause: unknown) => ({ error: String(cause) }))

await fetch("./result", { method: "POST", body: JSON.stringify(result) })
