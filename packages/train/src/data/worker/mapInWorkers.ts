import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { checkSettings, counting } from "../../setting/checkSettings.ts"
import { DataError } from "../dataError.ts"
import { type BrowserWorker, type NodeWorker, type Port, portTo } from "./port.ts"

/** The workers of a stream. */
export interface WorkerOptions<A> {
  /** What the elements are called in errors. */
  readonly source: string
  /**
   * Starts a worker whose module calls `answer`, of `@residual/train/worker`: in a browser
   * `new Worker(new URL("./decode.js", import.meta.url), { type: "module" })`, which bundlers look for, and in Node the same
   * with the `Worker` of `node:worker_threads`.
   */
  readonly worker: () => NodeWorker | BrowserWorker
  /** How many workers there are. */
  readonly workers: number
  /** Memory of an element that is moved to the worker, and not copied: none by default. */
  readonly moved?: (element: A) => ReadonlyArray<ArrayBuffer>
}

/** A worker that answers one question at a time. */
interface Helper {
  readonly ask: (number: number, value: unknown, moved: ReadonlyArray<ArrayBuffer>) => Effect.Effect<unknown, string>
}

/** Starts a worker, which ends with the Scope. */
const startHelper = (start: () => NodeWorker | BrowserWorker): Effect.Effect<Helper, string, Scope.Scope> =>
  Effect.gen(function* () {
    let waiting:
      | { readonly number: number; readonly settle: (answer: Effect.Effect<unknown, string>) => void }
      | undefined
    let lost: string | undefined
    const settle = (answer: Effect.Effect<unknown, string>): void => {
      const { settle } = waiting ?? {}
      waiting = undefined
      settle?.(answer)
    }
    const open = Effect.try({
      try: () =>
        portTo(start(), {
          onAnswer: (answer) => {
            if (answer.number !== waiting?.number) return
            settle("reason" in answer ? Effect.fail(answer.reason) : Effect.succeed(answer.value))
          },
          onEnd: (reason) => {
            lost ??= `its worker has ended: ${reason}`
            settle(Effect.fail(lost))
          }
        }),
      catch: (cause) => `its worker could not be started: ${cause}`
    })
    const port: Port = yield* Effect.acquireRelease(open, (opened) => Effect.promise(opened.end))
    return {
      ask: (number, value, moved) =>
        Effect.callback<unknown, string>((resume) => {
          if (lost !== undefined) return resume(Effect.fail(lost))
          waiting = { number, settle: resume }
          try {
            port.ask({ number, value }, moved)
          } catch (cause) {
            settle(Effect.fail(`it cannot be sent to a worker: ${cause}`))
          }
        })
    }
  })

/**
 * A stream whose elements are what workers make of a stream's elements, in the same order: decoding, tokenising or
 * augmenting, off the thread that trains. So many elements are at work at once as there are workers, and no more are asked
 * for until one is taken. Elements and results are copied from thread to thread, but for memory that is moved. With a schema,
 * each result is what that makes of it.
 *
 * Fails with a `DataError` that tells which element, counted from 0, a worker's function threw for, a worker ended on, or
 * became what the schema does not accept; and as the stream fails. Workers end with the stream, however it ends. Throws a
 * `SettingError` for no workers.
 *
 * ```ts
 * import { Worker } from "node:worker_threads"
 * import { mapInWorkers } from "@residual/train"
 * import { Effect, Schema, Stream } from "effect"
 * // A file would do the same, and be the usual way: new Worker(new URL("./square.ts", import.meta.url)).
 * const code = `import("@residual/train/worker").then(({ answer }) => answer((x) => x * x))`
 * const squares = mapInWorkers(Stream.range(1, 4), {
 *   source: "numbers",
 *   workers: 2,
 *   worker: () => new Worker(code, { eval: true }),
 *   schema: Schema.Number
 * })
 * await Effect.runPromise(Stream.runCollect(squares)) // => [1, 4, 9, 16]
 * ```
 */
export const mapInWorkers: {
  <A, B, E, R>(
    stream: Stream.Stream<A, E, R>,
    options: WorkerOptions<A> & { readonly schema: Schema.Decoder<B> }
  ): Stream.Stream<B, E | DataError, R>
  <A, E, R>(stream: Stream.Stream<A, E, R>, options: WorkerOptions<A>): Stream.Stream<unknown, E | DataError, R>
} = <A, E, R>(
  stream: Stream.Stream<A, E, R>,
  options: WorkerOptions<A> & { readonly schema?: Schema.Decoder<unknown> }
): Stream.Stream<unknown, E | DataError, R> => {
  const { source, worker, workers, moved = () => [], schema } = options
  checkSettings("mapInWorkers", { workers: [counting, workers] })
  const read = schema === undefined ? undefined : Schema.decodeUnknownEffect(schema)
  return Stream.unwrap(
    Effect.gen(function* () {
      const idle = yield* Queue.unbounded<Helper>()
      for (let count = 0; count < workers; count++) {
        const started = Effect.mapError(startHelper(worker), (reason) => new DataError({ source, reason }))
        Queue.offerUnsafe(idle, yield* started)
      }
      const ask = (element: A, number: number) =>
        Effect.gen(function* () {
          const taken = yield* Effect.try({
            try: () => moved(element),
            catch: (cause) => `what of it is moved cannot be told: ${cause}`
          })
          const helper = yield* Queue.take(idle)
          const result = yield* helper.ask(number, element, taken)
          Queue.offerUnsafe(idle, helper)
          return read === undefined ? result : yield* Effect.mapError(read(result), ({ message }) => message)
        }).pipe(Effect.mapError((reason) => new DataError({ source, at: `element ${number}`, reason })))
      // A failure is told in its place: failing at once would let results before it go that nobody has taken yet.
      const asked = Stream.mapEffect(stream, (element, number) => Effect.result(ask(element, number)), {
        concurrency: workers
      })
      return Stream.mapEffect(asked, Effect.fromResult)
    })
  )
}
