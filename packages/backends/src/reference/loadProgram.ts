import type { Arithmetic } from "@residual/core"
import type { Id, Node, Program, Region } from "@residual/graph"
import type { Mode } from "./mode.ts"
import { type Memory, makeMemory, PlanError } from "./plannedMemory.ts"
import { type Results, runNode } from "./runGraph.ts"
import type { Data, Value } from "./value.ts"

/**
 * Interprets a program as a device would: region after region, with values in the buffers that the plan gives them. It
 * lays down the program's constants, and returns what runs it on inputs and slots. A run agrees with `runGraph` to the
 * bit, or throws a `PlanError` where a value is read that another one was written over. It tells of each region when it is
 * about to compute it, and when it has computed it, to whoever wants to know.
 *
 * ```ts
 * import { loadProgram } from "@residual/backends/reference"
 * import { input, numberArithmetic, op } from "@residual/core"
 * import { compile } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.mul(input("x", [2]), 3) } }, { claims: new Set() })
 * const run = Either.isRight(program) ? loadProgram(program.right, numberArithmetic, "exact") : null
 * run?.({ x: Float64Array.of(1, 2) }, {}).outputs["y"]?.data // => Float64Array.of(3, 6)
 * ```
 */
export const loadProgram = <A>(
  program: Program,
  arithmetic: Arithmetic<A>,
  mode: Mode
): ((
  inputs: Readonly<Record<string, Data<A>>>,
  slots: Readonly<Record<string, Data<A>>>,
  watch?: RegionWatch
) => Results<A>) => {
  const leaf = (id: Id, bound: Readonly<Record<string, Data<A>>>): Value<A> =>
    runNode(program.graph.nodes[id] as Node, [], bound, arithmetic, mode)[0] as Value<A>
  const constants = [...program.places].filter(([, place]) => place.in === "constant")
  const laidDown = constants.map(([id]) => [id, leaf(id, {})] as const)
  return (inputs, slots, watch) => {
    const leaves = new Map(laidDown)
    for (const { id } of program.inputs) leaves.set(id, leaf(id, inputs))
    for (const { reads } of program.slots) if (reads !== undefined) leaves.set(reads, leaf(reads, slots))
    const memory = makeMemory(program, leaves)
    for (const [at, region] of program.regions.entries()) {
      watch?.before(at)
      runRegion(program, region, memory, arithmetic, mode)
      watch?.after(at)
    }
    const outputs = program.outputs.map(({ name, id }) => [name, memory.read(id)] as const)
    const updates = program.slots.flatMap(({ name, updates }) =>
      updates === undefined ? [] : [[name, memory.read(updates)] as const]
    )
    return { outputs: Object.fromEntries(outputs), updates: Object.fromEntries(updates) }
  }
}

/** Is told of the regions of a run, by their places among the program's. */
export interface RegionWatch {
  readonly before: (region: number) => void
  readonly after: (region: number) => void
}

/** Everything is read before anything is written. */
const runRegion = <A>(
  { graph }: Program,
  { nodes, reads, scalars, writes }: Region,
  memory: Memory<A>,
  arithmetic: Arithmetic<A>,
  mode: Mode
): void => {
  const local = new Map<Id, ReadonlyArray<Value<A>>>()
  for (const id of [...reads, ...scalars]) local.set(id, [memory.read(id)])
  const valuesOf = (id: Id): ReadonlyArray<Value<A>> => {
    const values = local.get(id)
    if (values === undefined) throw new PlanError(id, "is neither read nor computed by the region that uses it")
    return values
  }
  for (const id of nodes) {
    const node = graph.nodes[id] as Node
    local.set(id, runNode(node, node.inputs.map(valuesOf), {}, arithmetic, mode))
  }
  for (const id of writes) memory.write(id, valuesOf(id)[0] as Value<A>)
}
