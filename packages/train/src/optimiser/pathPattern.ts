/**
 * Whether a path matches a pattern, part by part between the dots: `*` stands for any characters of one part, and a part
 * `**` for any number of parts, none among them.
 */
export const matchesPath = (pattern: string, path: string): boolean => matches(pattern.split("."), path.split("."))

const matches = ([pattern, ...patterns]: ReadonlyArray<string>, parts: ReadonlyArray<string>): boolean => {
  if (pattern === undefined) return parts.length === 0
  const [part, ...others] = parts
  if (pattern === "**")
    return matches(patterns, parts) || (part !== undefined && matches([pattern, ...patterns], others))
  return part !== undefined && matchesPart(pattern, part) && matches(patterns, others)
}

const matchesPart = (pattern: string, part: string): boolean => {
  const texts = pattern.split("*").map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
  return new RegExp(`^${texts.join(".*")}$`).test(part)
}
