/** A text, or where bytes stop being UTF-8. */
export type DecodedText = { readonly text: string } | { readonly invalidAt: number }

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Bytes of UTF-8 as text; a byte order mark stays in it. */
export const decodeUtf8 = (bytes: Uint8Array): DecodedText => {
  try {
    return { text: decoder.decode(bytes) }
  } catch {
    return { invalidAt: scanUtf8(bytes).valid }
  }
}

/** What bytes of UTF-8 come to. */
export interface ScannedText {
  /** How many bytes come before the first that cannot stand where it does; all of them where only the end is missing. */
  readonly valid: number
  /** How long the text of those is, in units of UTF-16. */
  readonly length: number
}

/** Looks through bytes of UTF-8, once, without making a text of them. */
export const scanUtf8 = (bytes: Uint8Array): ScannedText => {
  let [length, missing, low, high] = [0, 0, 0x80, 0xbf]
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (missing > 0) {
      if (byte < low || byte > high) return { valid: at, length }
      missing--
      low = 0x80
      high = 0xbf
    } else if (byte < 0x80) length++
    else {
      if (byte < 0xc2 || byte > 0xf4) return { valid: at, length }
      missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
      length += missing === 3 ? 2 : 1
      // Neither longer than it need be, nor a half of a pair, nor beyond the last character.
      if (byte === 0xe0) low = 0xa0
      if (byte === 0xed) high = 0x9f
      if (byte === 0xf0) low = 0x90
      if (byte === 0xf4) high = 0x8f
    }
  }
  return { valid: bytes.length, length }
}
