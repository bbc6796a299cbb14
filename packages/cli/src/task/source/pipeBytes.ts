import { constants } from "node:fs"
import { open } from "node:fs/promises"
import { Socket } from "node:net"
import * as NodeStream from "@effect/platform-node/NodeStream"
import { DataError } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/**
 * The bytes of a named pipe, until whoever writes to it closes it. It is opened without waiting for a writer: a thread that
 * waits for one cannot be called back, and the process could not end before it.
 */
export const pipeBytes = (path: string): Stream.Stream<Uint8Array, DataError> => {
  const failure = (cause: unknown) => new DataError({ source: path, reason: `cannot read it: ${cause}` })
  return Stream.unwrap(
    Effect.gen(function* () {
      const file = yield* Effect.acquireRelease(
        Effect.tryPromise({
          try: () => open(path, constants.O_RDONLY | constants.O_NONBLOCK),
          catch: failure
        }),
        (file) => Effect.promise(() => file.close())
      )
      return NodeStream.fromReadable<Uint8Array, DataError>({
        evaluate: () => new Socket({ fd: file.fd, readable: true, writable: false }),
        onError: failure
      })
    })
  )
}
