// The program of the worker in which models train: the page itself only draws.

import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { Request } from "../protocol/request.ts"
import { makeMessageScheduler } from "./messageScheduler.ts"
import { train } from "./train.ts"

/** What a worker's global scope has of its own. */
interface WorkerScope {
  readonly postMessage: (message: unknown) => void
  readonly addEventListener: (type: "message", listen: (event: MessageEvent<unknown>) => void) => void
}

const scope = globalThis as unknown as WorkerScope
const scheduler = makeMessageScheduler()

let running: Fiber.Fiber<void> | undefined

const stop = (): Effect.Effect<void> => (running === undefined ? Effect.void : Fiber.interrupt(running))

scope.addEventListener("message", ({ data }) => {
  const request = Schema.decodeUnknownSync(Request)(data)
  const before = stop()
  if (request._tag === "Stop") {
    Effect.runFork(before, { scheduler })
    return
  }
  const { run, model, backend } = request
  const training = train({ model, backend, before }, (report) => scope.postMessage({ ...report, run }))
  running = Effect.runFork(training, { scheduler })
})
