import { constants } from "node:os"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import { codes, exitCode } from "../exit.ts"

/** The signals that ask a process to end. */
const signals = ["SIGINT", "SIGTERM"] as const

/**
 * Runs a command as this process. A first signal to end lets it end what it is doing and save; a second one ends the
 * process at once. Where nobody reads the output any more the command ends as well, and has not failed; where it cannot be
 * written, it has.
 */
export const runMain = <A, E>(command: Effect.Effect<A, E>): void => run(command, { disableErrorReporting: true })

const run = Runtime.makeRunMain(({ fiber }) => {
  let code: number | undefined
  const end = (wanted: number): void => {
    code = wanted
    fiber.interruptUnsafe(fiber.id)
  }
  for (const signal of signals) {
    process.on(signal, () => {
      if (code !== undefined) process.exit(code)
      end(codes.signal + constants.signals[signal])
    })
  }
  process.stdout.on("error", ({ code: reason, message }: NodeJS.ErrnoException) => {
    if (code !== undefined) return
    if (reason === "EPIPE") return end(codes.success)
    process.stderr.write(`residual: the output cannot be written: ${message}\n`)
    end(codes.failure)
  })
  fiber.addObserver((exit) => {
    // A command that had come to its end by itself has not been stopped.
    const own = exitCode(exit)
    process.exit(Exit.hasInterrupts(exit) ? (code ?? own) : own)
  })
})
