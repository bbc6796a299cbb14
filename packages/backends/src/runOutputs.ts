import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import { OutputError } from "./error/outputError.ts"

/** The outputs of a program that runs can ask for. */
export interface RunOutputs {
  /** The names of all of them. */
  readonly all: ReadonlyArray<string>
  /** The first of the outputs asked for that there is not. */
  readonly check: (asked: ReadonlyArray<string>) => OutputError | undefined
  /** Bytes of the outputs asked for. */
  readonly bytes: (asked: ReadonlyArray<string>) => number
}

/** What is known of a program's outputs before it runs. */
export const runOutputs = ({ graph, outputs }: Program): RunOutputs => {
  const all = outputs.map(({ name }) => name)
  const bytesOf = new Map(
    outputs.map(({ name, id }) => {
      const type = graph.nodes[id]?.types[0]
      return [name, type === undefined ? 0 : TensorType.bytes(type)] as const
    })
  )
  const sum = (asked: ReadonlyArray<string>): number => {
    let bytes = 0
    for (const name of all) if (asked.includes(name)) bytes += bytesOf.get(name) as number
    return bytes
  }
  const bytesOfAll = sum(all)
  return {
    all,
    check: (asked) => {
      if (asked === all) return undefined
      for (const output of asked) if (!bytesOf.has(output)) return new OutputError({ output, available: all })
      return undefined
    },
    bytes: (asked) => (asked === all ? bytesOfAll : sum(asked))
  }
}
