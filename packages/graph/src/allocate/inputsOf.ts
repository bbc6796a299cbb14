import type { TensorType } from "@residual/core"
import type { Graph } from "../graph.ts"
import type { ProgramInput } from "../program.ts"

/** The inputs that a graph's run binds, in the order of their nodes. */
export const inputsOf = ({ nodes }: Graph): ReadonlyArray<ProgramInput> =>
  nodes.flatMap(({ op, attrs, body, types }, id) =>
    op === "input" && body === undefined && attrs["binding"] === "run"
      ? [{ name: attrs["name"] as string, type: types[0] as TensorType.TensorType, id }]
      : []
  )
