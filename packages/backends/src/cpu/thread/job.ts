import { field, word } from "./layout.ts"

/** Posts a job to the threads below `participants`, wakes those that sleep, and says which job it is. */
export const postJob = (words: Int32Array, program: number, frame: number, participants: number): number => {
  const job = (Atomics.load(words, word.job) + 1) | 0
  const fields = word.fields + field.words * (job & 1)
  Atomics.store(words, fields + field.program, program)
  Atomics.store(words, fields + field.frame, frame)
  Atomics.store(words, fields + field.participants, participants)
  Atomics.store(words, word.job, job)
  if (Atomics.load(words, word.jobSleepers) !== 0) Atomics.notify(words, word.job)
  return job
}

/** Lets the threads that have taken a job begin. */
export const postGo = (words: Int32Array, job: number): void => {
  Atomics.store(words, word.go, job)
  if (Atomics.load(words, word.goSleepers) !== 0) Atomics.notify(words, word.go)
}
