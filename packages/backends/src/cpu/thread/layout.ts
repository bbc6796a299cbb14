// What the threads of a pool share to meet: a block of words of 32 bits in the shared memory. Words that different threads
// write at the same time lie in different lines of 64 bytes, which is what caches move between cores.

/** Where the control block's words lie, in words from its start. */
export const word = {
  /** Counts what was published to the workers. */
  job: 0,
  /** How many workers sleep on `job`. */
  jobSleepers: 1,
  /** How many batches of messages were posted to every worker. */
  mail: 2,
  /** The first of the two places of a job's fields; even and odd jobs take turns, so that none is overwritten while it is read. */
  fields: 4,
  /** The last job whose workers may start to compute. */
  go: 16,
  goSleepers: 17,
  barrierEpoch: 32,
  /** Why the run has to be given up, if it has to: see `failure`. */
  failed: 33,
  barrierSleepers: 34,
  /** For how many naps a thread waits at a barrier before it gives the run up. */
  patience: 35,
  /** 1 where the calling thread is not allowed to sleep. */
  callerSpins: 36,
  arrived: 48,
  /** 1 while the calling thread sleeps, and is to be woken. */
  callerSleeps: 64,
  /** How many bytes of text follow, which say why a thread failed. */
  textLength: 80,
  text: 81
} as const

/** The fields of a job, in words from its place. */
export const field = { program: 0, frame: 1, participants: 2, words: 4 } as const

/** A thread's own words, in words from its line. */
export const own = { claim: 0, done: 1, result: 2 } as const

const wordsOfText = 63
const firstLine = word.text + wordsOfText
const wordsPerLine = 16

/** How many bytes of text there is room for. */
export const textBytes = 4 * wordsOfText

/** The line of a thread's own words. */
export const lineOf = (thread: number): number => firstLine + wordsPerLine * thread

/** How many words the control block of so many threads has. */
export const controlWords = (threads: number): number => lineOf(threads)

/** How many bytes the control block of so many threads takes. It lies at a multiple of 64 bytes, and starts as zeros. */
export const controlBytes = (threads: number): number => 4 * controlWords(threads)

/** The kinds of failure: the low byte of `failed`; the thread's number is above it. */
export const failure = { none: 0, trapped: 1, refused: 2, stalled: 3, abandoned: 4 } as const

/** How long a thread sleeps at a barrier before it looks again whether to go on waiting. */
export const napMilliseconds = 50
