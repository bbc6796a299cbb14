import type { Graph } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { Executable } from "./backend.ts"

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
  return {
    program: executable.program,
    bind: (store) => Effect.map(executable.bind(store), (bound) => acceptDeclared(bound, declared)),
    run: (inputs = {}, options) => {
      const given = Object.entries(inputs).filter(([name]) => needed.has(name) || !declared.has(name))
      return executable.run(Object.fromEntries(given), options)
    }
  }
}
