const flag = "experimental-wasm-revectorize"

/**
 * The version of V8 that this is done in: the one in which all laws were tried. It is that of Node 24. Older ones do not know
 * the flag, or not how to join what products need; with 14.6, that of Node 26, sums of some integers end the process.
 */
const tried = /^13\.6\./

/**
 * Lets V8 join neighbouring vectors of 128 bits to vectors of 256 in what it compiles from now on, in all of this process,
 * or keeps it from that. Gives whether it could be told.
 */
export const setRevectorizing = (isOn: boolean): boolean => {
  const { process } = globalThis
  // V8 for other machines does not know the flag, and prints an error.
  if (process?.arch !== "x64" || !tried.test(process.versions.v8) || "bun" in process.versions) return false
  try {
    const { setFlagsFromString } = process.getBuiltinModule("node:v8")
    setFlagsFromString(isOn ? `--${flag}` : `--no-${flag}`)
    return true
  } catch {
    return false
  }
}
