import { napMilliseconds, word } from "./layout.ts"

/** Looks often enough between two looks at the clock that the clock costs little. */
const looksPerClock = 256

/**
 * Watches a word for so many milliseconds at most, awake: as long as it is `value`, or, where `isWanted`, until it is.
 * Says whether that came.
 */
export const watch = (
  words: Int32Array,
  index: number,
  value: number,
  isWanted: boolean,
  milliseconds: number
): boolean => {
  for (let look = 0; look < looksPerClock; look++) {
    if ((Atomics.load(words, index) === value) === isWanted) return true
  }
  const end = performance.now() + milliseconds
  do {
    for (let look = 0; look < looksPerClock; look++) {
      if ((Atomics.load(words, index) === value) === isWanted) return true
    }
  } while (performance.now() < end)
  return false
}

/** How long the calling thread watches before it sleeps. */
const callerWatches = 0.05

/**
 * Waits in the calling thread until a word has a value, for so many milliseconds at most, and says whether it has. Who
 * changes the word wakes the caller where `callerSleeps` is set.
 */
export const waitUntil = (words: Int32Array, index: number, wanted: number, milliseconds: number): boolean => {
  if (watch(words, index, wanted, true, Math.min(callerWatches, milliseconds))) return true
  const maySleep = Atomics.load(words, word.callerSpins) === 0
  const end = performance.now() + milliseconds
  Atomics.store(words, word.callerSleeps, 1)
  let value = Atomics.load(words, index)
  for (let now = performance.now(); value !== wanted && now < end; now = performance.now()) {
    const rest = Math.min(end - now, napMilliseconds)
    if (maySleep) Atomics.wait(words, index, value, rest)
    else watch(words, index, wanted, true, rest)
    value = Atomics.load(words, index)
  }
  Atomics.store(words, word.callerSleeps, 0)
  return value === wanted
}

/** Wakes the calling thread if it sleeps on a word that has just been changed. */
export const wakeCaller = (words: Int32Array, index: number): void => {
  if (Atomics.load(words, word.callerSleeps) !== 0) Atomics.notify(words, index)
}
