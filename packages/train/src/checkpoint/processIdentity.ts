import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { machineHere } from "./machine.ts"

/** A process: on one machine no two that run at once have one number, and no two of one number start at one time. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started: in the system's ticks since its own start where it tells (Linux), in milliseconds elsewhere. */
  readonly started: number
  /** Where its number counts. */
  readonly machine: string
}

interface Process {
  readonly pid: number
  readonly kill: (pid: number, signal: 0) => boolean
}

const current = (): Process | undefined => (globalThis as { readonly process?: Process }).process

/** When a process started, in ticks; `undefined` where the system does not tell. */
const ticksOf = (pid: number): Effect.Effect<number | undefined, never, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (files) => files.readFileString(`/proc/${pid}/stat`)).pipe(
    Effect.map((text) => {
      // The second of the fields is the program's name in parentheses, which may hold anything; the 22nd is the time.
      const ticks = Number(text.slice(text.lastIndexOf(")") + 1).split(" ")[20])
      return Number.isSafeInteger(ticks) ? ticks : undefined
    }),
    Effect.orElseSucceed(() => undefined)
  )

/** This process; the same one in all of its threads. */
export const thisProcess: Effect.Effect<ProcessIdentity, never, FileSystem.FileSystem> = Effect.gen(function* () {
  const pid = current()?.pid ?? 0
  const started = (yield* ticksOf(pid)) ?? Math.round(performance.timeOrigin)
  return { pid, started, machine: yield* machineHere }
})

/**
 * What is known of a process: whether it runs, and not another one that has its number by now, as far as the system tells.
 * Of one that is elsewhere nothing is.
 */
export const stateOf = ({
  pid,
  started,
  machine
}: ProcessIdentity): Effect.Effect<"runs" | "ended" | "elsewhere", never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const own = yield* thisProcess
    if (machine !== own.machine) return "elsewhere"
    const same = pid === own.pid ? own.started : hasNumber(pid) ? ((yield* ticksOf(pid)) ?? started) : undefined
    return same === started ? "runs" : "ended"
  })

/** Whether a process that runs has a number. */
const hasNumber = (pid: number): boolean => {
  try {
    return current()?.kill(pid, 0) ?? true
  } catch (cause) {
    return (cause as { readonly code?: string }).code !== "ESRCH"
  }
}
