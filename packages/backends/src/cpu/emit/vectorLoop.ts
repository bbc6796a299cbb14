import { coefficientOf, type Index, type Loop } from "../../kernel/indexExpression.ts"
import { longestLoop, type Nest, rootsOf } from "../../kernel/nest.ts"
import { visitElements, visitIndex } from "../../kernel/visitIndices.ts"
import { functionOps } from "./functionOps.ts"

/** How well the steps of a loop become lanes: accesses side by side count for it, scattered ones against it. */
const worth = (nest: Nest, loop: Loop): number => {
  let sum = 0
  const weigh = (index: Index, weight: number): void => {
    const coefficient = coefficientOf(index, loop)
    if (coefficient === 1) sum += weight
    else if (coefficient !== 0) sum -= weight
    visitIndex(index, {
      index: (inner) => {
        if (inner !== index && coefficientOf(inner, loop) !== 0) sum -= weight
      },
      condition: () => {}
    })
  }
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "load") weigh(element.index, 1)
  })
  for (const { stores } of nest.passes) for (const { place } of stores) weigh(place, 1)
  return sum
}

/**
 * Whether the steps of a loop may run side by side: what the nest stores and reads as well lies, for each, where no other
 * step stores.
 */
const isIndependent = (nest: Nest, loop: Loop): boolean => {
  const places = new Map(nest.passes.flatMap(({ stores }) => stores.map(({ id, place }) => [id, place] as const)))
  let isFree = true
  visitElements(rootsOf(nest), (element) => {
    const place = element.kind === "load" ? places.get(element.read) : undefined
    if (element.kind !== "load" || place === undefined) return
    if (place.key !== element.index.key || coefficientOf(place, loop) !== 1) isFree = false
  })
  return isFree
}

/**
 * The loop whose steps become the lanes of vectors: the innermost one over elements, or the innermost one over rows where
 * that walks memory better. None where there are not four steps, or where numbers of 64 bits are computed.
 */
export const vectorLoopOf = (nest: Nest): Loop | undefined => {
  let isNarrow = true
  visitElements(rootsOf(nest), ({ dtype }) => {
    if (dtype === "f64") isNarrow = false
  })
  if (!isNarrow) return undefined
  const loops = [nest.reduced.at(-1), nest.kept.at(-1)].filter(
    (loop): loop is Loop =>
      loop !== undefined && loop.size >= 4 && loop.size <= longestLoop && isIndependent(nest, loop)
  )
  const [first, second] = loops
  if (first === undefined || second === undefined) return first
  return worth(nest, second) > worth(nest, first) ? second : first
}

/** How many vectors are computed in one step, so that the engine has others to work on while one waits. */
export const unrollOf = (nest: Nest): number => {
  let [functions, elements] = [0, 0]
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "random" || (element.kind === "operation" && functionOps.has(element.op))) functions++
    if (element.kind !== "number") elements++
  })
  if (functions > 2 || elements > 40) return 1
  return functions > 0 || elements <= 12 ? 4 : 2
}
