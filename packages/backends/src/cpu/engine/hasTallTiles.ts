/** What an engine says of itself. */
export interface EngineNames {
  /** Versions of the engine and of what it is part of, as in Node's `process.versions`. */
  readonly versions?: Readonly<Record<string, string | undefined>>
  /** A browser's name for itself. */
  readonly userAgent?: string
}

/** The version of V8 since which its allocator of registers does not spill tall tiles; Chrome 130 has it. */
const since = 13

const names = (): EngineNames => {
  const { process, navigator } = globalThis as {
    readonly process?: { readonly versions?: EngineNames["versions"] }
    readonly navigator?: { readonly userAgent?: string }
  }
  return {
    ...(process?.versions === undefined ? {} : { versions: process.versions }),
    ...(navigator?.userAgent === undefined ? {} : { userAgent: navigator.userAgent })
  }
}

/** Whether an engine keeps tall tiles in registers, by its version: timing it would take longer than small programs. */
export const hasTallTiles = ({ versions = {}, userAgent = "" }: EngineNames = names()): boolean => {
  const { v8, bun } = versions
  // Bun names the V8 that it stands in for, and is another engine.
  if (v8 !== undefined) return bun === undefined && Number.parseInt(v8, 10) >= since
  const chrome = /\bChrome\/(\d+)/.exec(userAgent)?.[1]
  return chrome !== undefined && Number(chrome) >= 10 * since
}
