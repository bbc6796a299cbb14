/** A text, or where bytes stop being UTF-8. */
export type DecodedText = { readonly text: string } | { readonly invalidAt: number }

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Bytes of UTF-8 as text; a byte order mark stays in it. */
export const decodeUtf8 = (bytes: Uint8Array): DecodedText => {
  try {
    return { text: decoder.decode(bytes) }
  } catch {
    return { invalidAt: validLength(bytes) }
  }
}

/** How many bytes come before the first that cannot stand where it does; all of them where only the end is missing. */
const validLength = (bytes: Uint8Array): number => {
  const isValid = (length: number): boolean => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let [valid, invalid] = [0, bytes.length + 1]
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2)
    if (isValid(middle)) valid = middle
    else invalid = middle
  }
  return valid
}
