import { failure, textBytes, word } from "./layout.ts"

/** Says that a run has to be given up, if nobody has yet, and lets all who wait at a barrier go on. */
export const fail = (words: Int32Array, kind: number, thread: number, text = ""): void => {
  if (Atomics.compareExchange(words, word.failed, failure.none, kind | (thread << 8)) === failure.none) {
    const bytes = new TextEncoder().encode(text).subarray(0, textBytes)
    new Uint8Array(words.buffer, words.byteOffset + 4 * word.text, textBytes).set(bytes)
    words[word.textLength] = bytes.length
  }
  Atomics.add(words, word.barrierEpoch, 1)
  Atomics.notify(words, word.barrierEpoch)
}

/** What `fail` was told; to be read when every thread has finished. */
export const failureText = (words: Int32Array): string =>
  new TextDecoder().decode(
    // A copy, for browsers decode no shared bytes.
    new Uint8Array(words.buffer, words.byteOffset + 4 * word.text, words[word.textLength]).slice()
  )
