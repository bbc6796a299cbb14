import type { Id, Program } from "@residual/graph"

/**
 * The buffers of a program's arena that may be kept in floats of 16 bits: those of f32 values only, none of which leaves the
 * program as an output or as a slot's next value.
 */
export const halfBuffers = ({ graph, buffers, outputs, slots }: Program): Set<number> => {
  const leaves = new Set<Id>([...outputs.map(({ id }) => id), ...slots.flatMap(({ updates }) => updates ?? [])])
  const isHalf = (id: Id): boolean => graph.nodes[id]?.types[0]?.dtype === "f32" && !leaves.has(id)
  return new Set(buffers.flatMap(({ holds }, at) => (holds.every(isHalf) ? [at] : [])))
}
