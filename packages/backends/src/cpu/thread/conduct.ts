import { DeviceLost } from "../../error/deviceLost.ts"
import { ExecutionError } from "../../error/executionError.ts"
import type { Crew } from "./crew.ts"
import { fail, failureText } from "./fail.ts"
import type { Run } from "./instantiate.ts"
import { postGo, postJob } from "./job.ts"
import { failure, lineOf, napMilliseconds, own, word } from "./layout.ts"
import { jobTicket, startingTicket } from "./ticket.ts"
import { waitUntil } from "./waitUntil.ts"

/** For how many milliseconds the calling thread waits for the others. */
export interface Patience {
  /** For a worker to start. */
  readonly start: number
  /** For a worker to take a job. */
  readonly answer: number
  /** For a worker to arrive where all meet, after the calling thread has, in a program of little cost. */
  readonly arrival: number
}

/** A failure of the pool that concerns a program as a whole. */
export const programFailure = (reason: string): ExecutionError =>
  new ExecutionError({ device: "cpu", op: "program", operands: [], reason })

/** A failure in the midst of a program: what it writes may be half written. */
export const threadFailure = (thread: number, reason: string): ExecutionError =>
  new ExecutionError({ device: "cpu", op: "thread", operands: [], reason: `thread ${thread} failed: ${reason}` })

/** Whether a run failed after it had begun to compute. */
export const hasBegun = ({ op }: ExecutionError): boolean => op === "thread"

/** A program as its threads have it. */
export interface Job {
  /** Its number among the programs of the pool. */
  readonly program: number
  /** How many threads run it, the calling one included. */
  readonly threads: number
  /** Milliseconds after which a thread that the others wait for is lost. */
  readonly arrival: number
  /** The calling thread's part. */
  readonly run: Run
}

const abandoned = startingTicket(0)

/**
 * Runs a job in the calling thread and in the workers, and returns when all have finished: 0, or what a thread returned
 * that did not succeed. An `ExecutionError` where nothing was computed, or where a thread failed and all have finished; a
 * `DeviceLost` where a thread has not finished.
 */
export const conduct = (
  words: Int32Array,
  crew: Crew,
  patience: Patience,
  { program, threads: participants, arrival, run }: Job,
  frame: number
): number | ExecutionError | DeviceLost => {
  for (let thread = 1; thread < participants; thread++) {
    const problem = awaitReady(words, crew, patience, thread)
    if (problem !== undefined) return problem
  }
  Atomics.store(words, word.patience, Math.ceil(arrival / napMilliseconds))
  const job = postJob(words, program, frame, participants)
  const missing = awaitTaken(words, crew, patience, participants, job)
  if (missing.length > 0) {
    fail(words, failure.abandoned, 0)
    postGo(words, job)
  } else {
    postGo(words, job)
    runOwn(words, run, frame)
  }
  for (let thread = 1; thread < participants; thread++) {
    if (missing.includes(thread)) continue
    if (!waitUntil(words, lineOf(thread) + own.done, job, arrival)) return lost(thread, "has not finished")
  }
  for (const thread of missing) crew.replace(thread)
  return settle(words, missing)
}

const awaitReady = (words: Int32Array, crew: Crew, patience: Patience, thread: number): ExecutionError | undefined => {
  let member = crew.member(thread)
  // It has taken a job before.
  if (member.claim !== member.ready) return undefined
  if (member.ended !== undefined) member = crew.replace(thread)
  if (waitUntil(words, lineOf(thread) + own.claim, member.ready, patience.start)) return undefined
  return programFailure(`worker ${thread} has not started within ${patience.start} ms`)
}

/** The threads that have not taken a job in time, which can no more take it then. */
const awaitTaken = (
  words: Int32Array,
  crew: Crew,
  patience: Patience,
  participants: number,
  job: number
): ReadonlyArray<number> => {
  const ticket = jobTicket(job)
  let missing: ReadonlyArray<number> = []
  for (let thread = 1; thread < participants; thread++) {
    const member = crew.member(thread)
    const claimAt = lineOf(thread) + own.claim
    const isLate =
      !waitUntil(words, claimAt, ticket, missing.length > 0 ? 0 : patience.answer) &&
      Atomics.compareExchange(words, claimAt, member.claim, abandoned) !== ticket
    if (isLate) missing = [...missing, thread]
    else member.claim = ticket
  }
  return missing
}

const runOwn = (words: Int32Array, run: Run, frame: number): void => {
  try {
    const result = run(0, frame)
    if (result === 0) return
    words[lineOf(0) + own.result] = result
    fail(words, failure.refused, 0)
  } catch (cause) {
    fail(words, failure.trapped, 0, String(cause))
  }
}

/** The outcome of a job that all who took it have finished; the next one finds nothing of it. */
const settle = (words: Int32Array, missing: ReadonlyArray<number>): number | ExecutionError | DeviceLost => {
  const failed = Atomics.load(words, word.failed)
  if (failed === failure.none) return 0
  const [kind, thread] = [failed & 0xff, failed >> 8]
  if (kind === failure.stalled) return lost(thread, "waited in vain for another thread")
  Atomics.store(words, word.arrived, 0)
  Atomics.store(words, word.barrierSleepers, 0)
  Atomics.store(words, word.failed, failure.none)
  if (kind === failure.refused) return words[lineOf(thread) + own.result] as number
  if (kind === failure.trapped) return threadFailure(thread, failureText(words))
  return programFailure(`worker ${missing.join(" and ")} has ended, or does not answer; nothing was computed`)
}

const lost = (thread: number, what: string): DeviceLost =>
  new DeviceLost({ device: "cpu", reason: `thread ${thread} ${what}` })
