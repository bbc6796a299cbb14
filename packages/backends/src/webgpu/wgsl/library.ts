import { elementaryFunctions } from "../elementary/index.ts"
import type { WgslFunction } from "./wgslFunction.ts"

/** The functions that some call, and those that they call, each before what calls it. */
export const libraryText = (names: ReadonlySet<string>): string => {
  const texts = new Map<string, string>()
  const add = (name: string): void => {
    if (texts.has(name)) return
    const found: WgslFunction | undefined = elementaryFunctions[name]
    if (found === undefined) throw new Error(`there is no function "${name}"`)
    found.uses.forEach(add)
    texts.set(name, found.source)
  }
  for (const name of [...names].sort()) add(name)
  return [...texts.values()].map((source) => `${source.trim()}\n`).join("\n")
}
