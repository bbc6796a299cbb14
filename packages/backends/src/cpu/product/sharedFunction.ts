import type { WasmFunction } from "../wasm/function.ts"
import type { Lanes } from "./lanes.ts"

const functions = new Map<Lanes, Map<string, WasmFunction>>()

/** How many functions are kept of one type; after that they are composed anew, which only costs time. */
const most = 1000

/** One function for all that give the same key: it is then in a module once, compiled once, and hot early. */
export const sharedFunction = (lanes: Lanes, key: string, compose: () => WasmFunction): WasmFunction => {
  const known = functions.get(lanes) ?? new Map<string, WasmFunction>()
  functions.set(lanes, known)
  const found = known.get(key)
  if (found !== undefined) return found
  if (known.size >= most) known.clear()
  const made = compose()
  known.set(key, made)
  return made
}
