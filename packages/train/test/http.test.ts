import { createServer, type RequestListener } from "node:http"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { FetchHttpClient, type HttpClient } from "effect/http"
import { Bytes, Read } from "../src/index.ts"

const text = Array.from({ length: 5000 }, (_, at) => `line ${at}`).join("\n")

/** Requests that have not ended. */
interface Seen {
  asked: number
  open: number
}

/** A server of this machine, and what it has seen. */
const serving = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly address: string; readonly seen: Seen; readonly close: () => void }>((resume) => {
      const seen: Seen = { asked: 0, open: 0 }
      const server = createServer((request, response) => {
        seen.asked++
        seen.open++
        response.on("close", () => {
          seen.open--
        })
        listener(request, response)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ address: `http://127.0.0.1:${port}/data`, seen, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const reading = <A, E>(effect: Effect.Effect<A, E, HttpClient.HttpClient>) =>
  Effect.provide(effect, FetchHttpClient.layer)
const message = (bytes: Bytes.Bytes<HttpClient.HttpClient>) =>
  Effect.map(reading(Effect.flip(Read.text(bytes))), (error) => error.message)

describe("what an address holds", () => {
  it.live("is read, with the headers that are asked for", () =>
    Effect.gen(function* () {
      let token: string | undefined
      const { address, seen } = yield* serving((request, response) => {
        token = request.headers.authorization
        response.end(text)
      })
      const bytes = Bytes.http(address, { headers: { authorization: "Bearer 1" } })
      assert.strictEqual(yield* reading(Read.text(bytes)), text)
      assert.strictEqual(token, "Bearer 1")
      assert.strictEqual((yield* reading(Stream.runCollect(Read.lines(bytes)))).length, 5000)
      assert.strictEqual(seen.asked, 2)
    })
  )

  it.live("is decompressed, whether the server or the file is compressed", () =>
    Effect.gen(function* () {
      const onTheWay = yield* serving((_, response) => {
        response.setHeader("content-encoding", "gzip").end(gzipSync(text))
      })
      assert.strictEqual(yield* reading(Read.text(Bytes.http(onTheWay.address))), text)
      const file = yield* serving((_, response) => {
        response.setHeader("content-type", "application/gzip").end(gzipSync(text))
      })
      assert.strictEqual(yield* reading(Read.text(Bytes.gunzip(Bytes.http(file.address)))), text)
      assert.strictEqual(yield* reading(Read.text(Bytes.uncompressed(Bytes.http(file.address)))), text)
    })
  )

  it.live("may be empty", () =>
    Effect.gen(function* () {
      const { address } = yield* serving((_, response) => {
        response.writeHead(204).end()
      })
      assert.strictEqual(yield* reading(Read.text(Bytes.http(address))), "")
    })
  )

  it.live.each([404, 403, 500, 304])("is refused with a status that is not of success: %i", (status) =>
    Effect.gen(function* () {
      const { address } = yield* serving((_, response) => {
        response.writeHead(status).end(status === 304 ? undefined : "not here")
      })
      assert.strictEqual(yield* message(Bytes.http(address)), `${address}: the server answers with status ${status}`)
    })
  )

  it.live("lets the server go where its status is not of success, though it sends on", () =>
    Effect.gen(function* () {
      const { address, seen } = yield* serving((_, response) => {
        response.writeHead(404).write("not here".repeat(1000))
      })
      assert.strictEqual(yield* message(Bytes.http(address)), `${address}: the server answers with status 404`)
      yield* Effect.sleep("50 millis")
      assert.deepStrictEqual(seen, { asked: 1, open: 0 })
    })
  )

  it.live("fails where nobody answers", () =>
    Effect.gen(function* () {
      const { address, close } = yield* serving(() => undefined)
      close()
      assert.match(yield* message(Bytes.http(address)), /^http:.*\/data: reading it fails: .*ECONNREFUSED/)
    })
  )

  it.live("fails for what is no address", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* message(Bytes.http("http://[nowhere")), "http://[nowhere: it is no address")
    })
  )

  it.live.each([
    ["of a known length", { "content-length": "2000" }],
    ["of unknown length", {}]
  ] as const)("fails at the byte where a body %s breaks off", ([, headers]) =>
    Effect.gen(function* () {
      const { address } = yield* serving((_, response) => {
        response.writeHead(200, headers)
        response.write("a".repeat(1000), () => setTimeout(() => response.destroy(), 50))
      })
      assert.match(yield* message(Bytes.http(address)), /\/data, byte 1000: reading it fails: /)
    })
  )

  it.live("fails where the server does not answer in time, and lets it go", () =>
    Effect.gen(function* () {
      const { address, seen } = yield* serving(() => undefined)
      const error = yield* message(Bytes.http(address, { stalledAfter: "50 millis" }))
      assert.strictEqual(error, `${address}: it has stalled: the server sent nothing for 50ms`)
      yield* Effect.sleep("50 millis")
      assert.deepStrictEqual(seen, { asked: 1, open: 0 })
    })
  )

  it.live("fails where the server sends no more, at the byte up to which it did, and lets it go", () =>
    Effect.gen(function* () {
      const { address, seen } = yield* serving((_, response) => {
        response.writeHead(200)
        response.write("a".repeat(1000))
      })
      const error = yield* message(Bytes.http(address, { stalledAfter: "100 millis" }))
      assert.strictEqual(error, `${address}, byte 1000: it has stalled: the server sent nothing for 100ms`)
      yield* Effect.sleep("50 millis")
      assert.deepStrictEqual(seen, { asked: 1, open: 0 })
    })
  )

  it.live.each([
    ["before it answers", false],
    ["while it sends", true]
  ] as const)("lets the server go where the run is interrupted %s", ([, isAnswered]) =>
    Effect.gen(function* () {
      const { address, seen } = yield* serving((_, response) => {
        if (isAnswered) response.writeHead(200).write("a".repeat(1000))
      })
      const run = yield* Effect.forkChild(reading(Read.text(Bytes.http(address))))
      while (seen.open === 0) yield* Effect.sleep("5 millis")
      yield* Effect.sleep("20 millis")
      yield* Fiber.interrupt(run)
      yield* Effect.sleep("50 millis")
      assert.deepStrictEqual(seen, { asked: 1, open: 0 })
    })
  )
})
