import { fail } from "./fail.ts"
import type { Run } from "./instantiate.ts"
import { failure, field, lineOf, own, word } from "./layout.ts"
import { jobTicket } from "./ticket.ts"
import { wakeCaller, watch } from "./waitUntil.ts"

/** A worker at work. */
export interface Station {
  readonly words: Int32Array
  readonly thread: number
  readonly programs: ReadonlyMap<number, Run>
  /** What it left in its claim. */
  claim: number
  /** The last job that it has looked at. */
  job: number
  /** How many batches of messages it has received. */
  mail: number
}

/** For how many milliseconds a worker watches for the next job before it sleeps. */
const watchesForJob = 0.06

/** For how many milliseconds it watches for the others to have taken the job. */
const watchesForGo = 0.05

/**
 * Takes part in jobs, as long as there are no messages; `false` where the worker has been replaced, and is to do nothing
 * more. The thread's event loop stands still meanwhile.
 */
export const serve = (station: Station): boolean => {
  const { words, thread } = station
  const claimAt = lineOf(thread) + own.claim
  for (;;) {
    const job = nextJob(words, station.job)
    if (Atomics.load(words, word.mail) !== station.mail) return true
    station.job = job
    const fields = word.fields + field.words * (job & 1)
    const program = Atomics.load(words, fields + field.program)
    const frame = Atomics.load(words, fields + field.frame)
    const takesPart = thread < Atomics.load(words, fields + field.participants)
    // A job that this worker has no part in may be over already, and its fields another's.
    if (!takesPart || Atomics.load(words, word.job) !== job) continue
    const ticket = jobTicket(job)
    if (Atomics.compareExchange(words, claimAt, station.claim, ticket) !== station.claim) return false
    station.claim = ticket
    wakeCaller(words, claimAt)
    awaitGo(words, job)
    if (Atomics.load(words, word.failed) === failure.none) runPart(station, program, frame)
    Atomics.store(words, lineOf(thread) + own.done, job)
    wakeCaller(words, lineOf(thread) + own.done)
  }
}

const nextJob = (words: Int32Array, last: number): number => {
  if (!watch(words, word.job, last, false, watchesForJob)) {
    Atomics.add(words, word.jobSleepers, 1)
    while (Atomics.load(words, word.job) === last) Atomics.wait(words, word.job, last)
    Atomics.sub(words, word.jobSleepers, 1)
  }
  return Atomics.load(words, word.job)
}

const awaitGo = (words: Int32Array, job: number): void => {
  if (watch(words, word.go, job, true, watchesForGo)) return
  Atomics.add(words, word.goSleepers, 1)
  for (let go = Atomics.load(words, word.go); go !== job; go = Atomics.load(words, word.go)) {
    Atomics.wait(words, word.go, go)
  }
  Atomics.sub(words, word.goSleepers, 1)
}

const runPart = ({ words, thread, programs }: Station, program: number, frame: number): void => {
  try {
    const run = programs.get(program)
    if (run === undefined) throw new Error("it does not have the program")
    const result = run(thread, frame)
    if (result === 0) return
    words[lineOf(thread) + own.result] = result
    fail(words, failure.refused, thread)
  } catch (cause) {
    fail(words, failure.trapped, thread, String(cause))
  }
}
