/**
 * Whether a path matches a pattern, part by part between the dots: `*` stands for any characters of one part, and a part
 * `**` for any number of parts, none among them. The pattern is read once, for all paths.
 */
export const pathPattern = (pattern: string): ((path: string) => boolean) => {
  const patterns = pattern.split(".").map((part) => (part === anyParts ? anyParts : partPattern(part)))
  return (path) => matches(patterns, path.split("."))
}

const anyParts = "**"

const partPattern = (part: string): RegExp => {
  const texts = part.split("*").map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
  return new RegExp(`^${texts.join(".*")}$`)
}

const matches = (
  [pattern, ...patterns]: ReadonlyArray<RegExp | typeof anyParts>,
  parts: ReadonlyArray<string>
): boolean => {
  if (pattern === undefined) return parts.length === 0
  const [part, ...others] = parts
  if (pattern === anyParts) {
    return matches(patterns, parts) || (part !== undefined && matches([pattern, ...patterns], others))
  }
  return part !== undefined && pattern.test(part) && matches(patterns, others)
}
