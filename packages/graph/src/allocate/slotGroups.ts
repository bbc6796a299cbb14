import type { Graph, Id } from "../graph.ts"
import type { Region } from "../program.ts"

/**
 * Slots that lie one after the other, in the order of the segments that read them: the parameters, the first moments, the
 * second moments of an optimiser. A slot is in one group at most.
 */
export const slotGroupsOf = (
  { nodes }: Graph,
  regions: ReadonlyArray<Region>
): ReadonlyArray<ReadonlyArray<string>> => {
  const grouped = new Set<string>()
  const groups: Array<ReadonlyArray<string>> = []
  for (const { segments } of regions) {
    for (const at of segments[0]?.reads.keys() ?? []) {
      const names = segments.map(({ reads }) => slotOf(nodes[reads[at] as Id]))
      const isFree = names.every((name) => name !== undefined && !grouped.has(name))
      if (!isFree || new Set(names).size !== names.length) continue
      const group = names as ReadonlyArray<string>
      for (const name of group) grouped.add(name)
      groups.push(group)
    }
  }
  return groups
}

const slotOf = (node: Graph["nodes"][number] | undefined): string | undefined =>
  node?.op === "input" && node.body === undefined && node.attrs["binding"] === "slot"
    ? (node.attrs["name"] as string)
    : undefined
