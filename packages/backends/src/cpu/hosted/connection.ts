import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { BackendError } from "../../error/backendError.ts"
import { CompileFailure } from "../../error/compileFailure.ts"
import { DeviceLost } from "../../error/deviceLost.ts"
import { type StartedThread, startThread } from "../thread/threadEngine.ts"
import { errorOf } from "./errorData.ts"
import { hostSource } from "./hostSource.ts"
import type { FromHost, Notice, Reply, Request, ToHost, Values } from "./message.ts"

/** The way to the worker that a device lives in. */
export interface Connection {
  /**
   * Sends a request, and waits for what answers it. Memory in `moved` is moved, not copied. Fails with `DeviceLost`
   * where the worker has ended, also meanwhile.
   */
  readonly ask: <Kind extends Request["kind"]>(
    request: Extract<Request, { readonly kind: Kind }>,
    moved?: ReadonlyArray<ArrayBuffer>
  ) => Effect.Effect<Values[Kind], BackendError>
  /** Sends what has no answer. */
  readonly tell: (notice: Notice) => void
  /** Ends the worker, for a reason that everything then fails with. */
  readonly lose: (reason: string) => DeviceLost
}

/** Starts a worker, which ends with the Scope, wherever it is. It keeps the process alive only while it is asked. */
export const connect: Effect.Effect<Connection, never, Scope.Scope> = Effect.gen(function* () {
  type Answered = (answer: Effect.Effect<Values[keyof Values], BackendError>) => void
  const pending = new Map<number, Answered>()
  let count = 0
  let lost: DeviceLost | undefined
  let host: StartedThread<ToHost> | undefined

  const lose = (reason: string): DeviceLost => {
    if (lost !== undefined) return lost
    lost = new DeviceLost({ device: "cpu", reason })
    for (const answered of pending.values()) answered(Effect.fail(lost))
    pending.clear()
    void host?.end()
    return lost
  }

  const settle = (number: number): Answered | undefined => {
    const answered = pending.get(number)
    if (pending.delete(number) && pending.size === 0) host?.keepAlive(false)
    return answered
  }

  try {
    host = startThread<ToHost, FromHost>(hostSource, {
      onMessage: ({ number, reply }) => settle(number)?.(answerOf(reply)),
      onEnd: (reason) => lose(`its worker has ended: ${reason}`)
    })
  } catch (cause) {
    lose(`its worker could not be started: ${cause}`)
  }
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      lose("its scope is closed")
      await host?.end()
    })
  )

  const ask = (request: Request, moved: ReadonlyArray<ArrayBuffer> = []) =>
    Effect.callback<Values[keyof Values], BackendError>((resume) => {
      if (lost !== undefined) return resume(Effect.fail(lost))
      const number = ++count
      try {
        host?.post({ kind: "request", number, request }, moved)
      } catch (cause) {
        // Tensors can always be sent, so this is a program that holds something which is not data.
        return resume(
          Effect.fail(new CompileFailure({ stage: "WebAssembly", reason: `not sent to a worker: ${cause}` }))
        )
      }
      pending.set(number, resume)
      if (pending.size === 1) host?.keepAlive(true)
      return Effect.sync(() => void settle(number))
    })

  return {
    ask: ask as Connection["ask"],
    tell: (notice: Notice) => {
      if (lost === undefined) host?.post(notice)
    },
    lose
  }
}).pipe(
  // A worker that has started ends by the Scope, also where it is not wanted any more meanwhile.
  Effect.uninterruptible
)

const answerOf = (reply: Reply): Effect.Effect<Values[keyof Values], BackendError> => {
  if (reply.kind === "success") return Effect.succeed(reply.value)
  return reply.kind === "failure" ? Effect.fail(errorOf(reply.error)) : Effect.die(new Error(reply.text))
}
