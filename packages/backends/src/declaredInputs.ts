import type { Graph } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { Executable } from "./backend.ts"
import type { Tensor } from "./tensor.ts"

/** The names of the inputs that a graph's run binds; slots are not among them. */
export const inputNames = ({ nodes }: Graph): ReadonlySet<string> =>
  new Set(
    nodes.flatMap(({ op, attrs }) => (op === "input" && attrs["binding"] === "run" ? [attrs["name"] as string] : []))
  )

/**
 * An executable that may also be given the inputs which its computation declares and its program has no need of: the
 * compiler drops an input whose value turns out not to matter, and the caller should not have to know.
 */
export const acceptDeclared = (executable: Executable, declared: ReadonlySet<string>): Executable => {
  const needed = new Set(executable.program.inputs.map(({ name }) => name))
  const dropped = [...declared].filter((name) => !needed.has(name))
  return dropped.length === 0 ? executable : without(executable, dropped)
}

const without = (executable: Executable, dropped: ReadonlyArray<string>): Executable => ({
  program: executable.program,
  bind: (store) => Effect.map(executable.bind(store), (bound) => without(bound, dropped)),
  run: (inputs = {}, options) => executable.run(neededOf(inputs, dropped), options),
  profile: (inputs = {}, options) => executable.profile(neededOf(inputs, dropped), options)
})

type Inputs = Readonly<Record<string, Tensor>>

const neededOf = (inputs: Inputs, dropped: ReadonlyArray<string>): Inputs => {
  if (!dropped.some((name) => Object.hasOwn(inputs, name))) return inputs
  const given: Record<string, Tensor> = {}
  for (const name of Object.keys(inputs)) if (!dropped.includes(name)) given[name] = inputs[name] as Tensor
  return given
}
