import type { HostName } from "./host.ts"
import type { Imported } from "./wasm/function.ts"

const make = (name: HostName, operands: number): Imported => ({
  module: "host",
  name,
  params: new Array(operands).fill("f64"),
  results: ["f64"]
})

/** The host's functions of floats of 64 bits, as modules import them. */
export const hostImports: Readonly<Record<HostName, Imported>> = {
  exp: make("exp", 1),
  expm1: make("expm1", 1),
  log: make("log", 1),
  log1p: make("log1p", 1),
  sin: make("sin", 1),
  cos: make("cos", 1),
  atan: make("atan", 1),
  tanh: make("tanh", 1),
  erf: make("erf", 1),
  pow: make("pow", 2),
  mod: make("mod", 2)
}

/**
 * What the timed form of a program calls, from its first thread, before each region with the region's place, and with -1
 * after the last.
 */
export const markImport: Imported = { module: "host", name: "mark", params: ["i32"], results: [] }

/** A function of the host. */
export const hostFunction = (name: HostName): Imported => hostImports[name]
