import * as Effect from "effect/Effect"
import { DataError } from "./dataError.ts"

/**
 * The characters of a text, each of which is a token: its place in the list, which is in the order of code points.
 *
 * ```ts
 * import { vocabularyOf } from "@residual/train"
 * vocabularyOf("hello") // => { characters: ["e", "h", "l", "o"] }
 * ```
 */
export interface Vocabulary {
  readonly characters: ReadonlyArray<string>
}

/**
 * The vocabulary of a text: each of its characters once.
 *
 * ```ts
 * import { vocabularyOf } from "@residual/train"
 * vocabularyOf("ab🐋ba").characters // => ["a", "b", "🐋"]
 * ```
 */
export const vocabularyOf = (text: string): Vocabulary => ({
  characters: [...new Set(text)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
})

/**
 * A text as tokens. Fails with a `DataError` for a character that the vocabulary lacks, and says which one it is, counted
 * from 1.
 *
 * ```ts
 * import { encodeText, vocabularyOf } from "@residual/train"
 * import { Effect } from "effect"
 * Effect.runSync(encodeText(vocabularyOf("hello"), "hole")) // => Int32Array.of(1, 3, 2, 0)
 * ```
 */
export const encodeText = (vocabulary: Vocabulary, text: string): Effect.Effect<Int32Array, DataError> =>
  Effect.suspend(() => {
    const tokens = new Map(vocabulary.characters.map((character, token) => [character, token]))
    const characters = [...text]
    const encoded = new Int32Array(characters.length)
    for (const [at, character] of characters.entries()) {
      const token = tokens.get(character)
      if (token === undefined) {
        const reason = `${JSON.stringify(character)} is not in the vocabulary`
        return Effect.fail(new DataError({ source: "the text", at: `character ${at + 1}`, reason }))
      }
      encoded[at] = token
    }
    return Effect.succeed(encoded)
  })

/**
 * Tokens as text; a token that the vocabulary lacks is U+FFFD.
 *
 * ```ts
 * import { decodeTokens, vocabularyOf } from "@residual/train"
 * decodeTokens(vocabularyOf("hello"), [1, 3, 2, 0]) // => "hole"
 * ```
 */
export const decodeTokens = ({ characters }: Vocabulary, tokens: Iterable<number>): string =>
  Array.from(tokens, (token) => characters[token] ?? "\ufffd").join("")
