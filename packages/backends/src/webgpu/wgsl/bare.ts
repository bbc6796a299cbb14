/** A text without the brackets around all of it, where nothing stands beside it. */
export const bare = (text: string): string => {
  if (!text.startsWith("(") || !text.endsWith(")")) return text
  let depth = 0
  for (let at = 0; at < text.length - 1; at++) {
    if (text[at] === "(") depth++
    else if (text[at] === ")") depth--
    if (depth === 0) return text
  }
  return bare(text.slice(1, -1))
}
