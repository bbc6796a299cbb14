import { TensorType } from "@residual/core"
import type { Graph, Id } from "../graph.ts"
import type { Buffer, Place, Program, Region } from "../program.ts"
import { structuralHash } from "../structuralHash.ts"
import { placeSpans } from "./arena.ts"
import { type Donations, donationsOf } from "./donation.ts"
import { type Overwriting, overwriting } from "./inPlace.ts"
import { inputsOf } from "./inputsOf.ts"
import { leafPlace } from "./leafPlace.ts"
import { type Lifetimes, lifetimesOf } from "./lifetimes.ts"
import { slotGroupsOf } from "./slotGroups.ts"

/**
 * Gives every value that passes between regions a place: slots and inputs have theirs, constants are laid down once,
 * and the rest shares one arena, whose parts are used again when nothing reads what they hold. A slot's next value is
 * written into the slot itself where nothing needs the old one afterwards, and a value is computed over an operand that
 * dies with it where the region needs that operand at the same element only.
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * import { allocate, fuse, lower } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const x = input("x", [4])
 * const graph = lower({ outputs: { y: op.exp(x) } }, new Set())
 * Either.isRight(graph) && allocate(graph.right, fuse(graph.right)).arenaBytes // => 64
 * ```
 */
export const allocate = (graph: Graph, regions: ReadonlyArray<Region>): Program => {
  const lifetimes = lifetimesOf(graph, regions)
  const overwritings = regions.map((region) => overwriting(graph, region))
  const donations = donationsOf(graph, lifetimes, overwritings)
  const places = new Map<Id, Place>()
  for (const [id, node] of graph.nodes.entries()) {
    if (lifetimes.lastRead(id) < 0 && node.op !== "input") continue
    const place = leafPlace(node)
    if (place !== undefined) places.set(id, place)
  }
  for (const { name, updates, inPlace } of donations.slots) {
    if (inPlace && updates !== undefined) places.set(updates, { in: "slot", slot: name })
  }
  const chains = chainsOf(graph, regions, lifetimes, overwritings, donations)
  const arena = placeSpans(chains)
  const buffers = chains.map(({ holds, bytes }, at): Buffer => ({ offset: arena.offsets[at] as number, bytes, holds }))
  for (const [buffer, { holds }] of buffers.entries()) {
    for (const id of holds) places.set(id, { in: "arena", buffer })
  }
  return {
    graph,
    inputs: inputsOf(graph),
    slots: donations.slots,
    slotGroups: slotGroupsOf(graph, regions),
    outputs: graph.outputs,
    regions,
    buffers,
    places: new Map([...places].sort(([a], [b]) => a - b)),
    arenaBytes: arena.bytes,
    peakBytes: arena.peak,
    hash: structuralHash(graph)
  }
}

/** A buffer before it has an offset: the values that are computed in it, one over the other. */
interface Chain {
  readonly holds: Array<Id>
  readonly bytes: number
  readonly from: number
  to: number
}

const chainsOf = (
  { nodes }: Graph,
  regions: ReadonlyArray<Region>,
  { lastRead }: Lifetimes,
  overwritings: ReadonlyArray<Overwriting>,
  donations: Donations
): ReadonlyArray<Chain> => {
  const chains: Array<Chain> = []
  const chainOf = new Map<Id, Chain>()
  for (const [at, { reads, writes }] of regions.entries()) {
    const dying = new Set(reads.filter((id) => chainOf.has(id) && lastRead(id) === at))
    for (const id of writes) {
      if (donations.inSlot.has(id)) continue
      const over = [...dying].find((read) => (overwritings[at] as Overwriting).isLegal(read, id))
      const chain = over === undefined ? undefined : chainOf.get(over)
      // What nothing reads still has to be written somewhere while its region runs.
      const to = Math.max(at, lastRead(id))
      if (over !== undefined && chain !== undefined) {
        dying.delete(over)
        chain.holds.push(id)
        chain.to = to
        chainOf.set(id, chain)
      } else {
        const bytes = TensorType.bytes(nodes[id]?.types[0] as TensorType.TensorType)
        const fresh: Chain = { holds: [id], bytes, from: at, to }
        chains.push(fresh)
        chainOf.set(id, fresh)
      }
    }
  }
  return chains
}
