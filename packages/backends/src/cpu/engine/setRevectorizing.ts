import { hasTallTiles } from "./hasTallTiles.ts"

const flag = "experimental-wasm-revectorize"

/**
 * Lets V8 join neighbouring vectors of 128 bits to vectors of 256 in what it compiles from now on, in all of this process,
 * or keeps it from that. Gives whether it can be told: in Node, where it knows how.
 */
export const setRevectorizing = (isOn: boolean): boolean => {
  const { process } = globalThis
  // V8 prints an error where it does not know a flag, which older ones and those of other machines do not.
  if (process?.arch !== "x64" || !hasTallTiles()) return false
  try {
    process.getBuiltinModule?.("node:v8").setFlagsFromString(isOn ? `--${flag}` : `--no-${flag}`)
    return process.getBuiltinModule !== undefined
  } catch {
    return false
  }
}
