/** A process of this machine: no two that run at once have one number, and no two of one number start at one time. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in milliseconds. */
  readonly started: number
}

interface Process {
  readonly pid: number
  readonly kill: (pid: number, signal: 0) => boolean
}

const current = (): Process | undefined => (globalThis as { readonly process?: Process }).process

/** This process; the same one in all of its threads. */
export const thisProcess = (): ProcessIdentity => ({
  pid: current()?.pid ?? 0,
  started: Math.round(performance.timeOrigin)
})

/** Whether a process still runs, as far as the system tells: another one may have its number by now. */
export const isRunning = ({ pid, started }: ProcessIdentity): boolean => {
  const own = thisProcess()
  if (pid === own.pid) return started === own.started
  try {
    return current()?.kill(pid, 0) ?? true
  } catch (cause) {
    return (cause as { readonly code?: string }).code !== "ESRCH"
  }
}
