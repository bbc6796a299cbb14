import type { Id } from "@residual/graph"
import type { Element } from "../../kernel/element.ts"
import { conditionKey, type Index } from "../../kernel/indexExpression.ts"
import { type Nest, rootsOf, type Store } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { keptNumber } from "./keepBetweenPasses.ts"

/** The values that a nest reads and writes, in the order in which its function takes where they lie. */
export interface NestOperands {
  readonly reads: ReadonlyArray<Id>
  readonly writes: ReadonlyArray<Id>
}

/** What a nest reads and writes, by the order in which it comes upon them. */
export const operandsOf = (nest: Nest): NestOperands => {
  const reads = new Set<Id>()
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "load" && keptNumber(element.read) === undefined) reads.add(element.read)
  })
  const stores = [...nest.passes.flatMap((pass) => pass.stores), ...nest.rowStores]
  const writes = stores.map(({ id }) => id).filter((id) => keptNumber(id) === undefined)
  return { reads: [...reads], writes }
}

/** Whether an index is more than a sum of counters: then its code depends on how far they count. */
const isInvolved = ({ terms }: Index): boolean => terms.some(({ atom }) => atom.kind !== "loop")

/**
 * A text that two nests share where one function computes both, on other values in memory. The length of an only loop,
 * whose range the function is given, does not count, as long as all indices are sums of counters.
 */
export const nestKey = (nest: Nest, operands: NestOperands): string => {
  const loops = [...nest.kept, ...nest.reduced]
  let isSimple = true
  const visitor = {
    index: (index: Index) => {
      if (isInvolved(index)) isSimple = false
    },
    condition: () => {
      isSimple = false
    }
  }
  visitElements(rootsOf(nest), () => {}, visitor)
  const isOnlyRange = nest.kept.length === 1 && nest.reduced.length === 0 && isSimple
  const reductions = nest.passes.flatMap((pass) => pass.reductions.map(({ id }) => id))
  // What is stored and loaded as well is another computation than what is loaded from elsewhere.
  const source = (read: Id): string =>
    read < 0
      ? `${read}`
      : operands.writes.includes(read)
        ? `w${operands.writes.indexOf(read)}`
        : `${operands.reads.indexOf(read)}`
  const lines: Array<string> = [
    loops.map(({ id, size }) => `${id}<${isOnlyRange ? (size < 4 ? "few" : "n") : size}`).join(),
    `${nest.kept.length}`
  ]
  visitElements(rootsOf(nest), (element) => lines.push(`${element.id}=${element.dtype} ${textOf(element)}`))
  const store = ({ id, place, element }: Store): string =>
    `${id < 0 ? id : operands.writes.indexOf(id)}[${place.key}]=${element.id}`
  for (const pass of nest.passes) {
    lines.push(pass.reductions.map(({ id, op, element }) => `${op} ${reductions.indexOf(id)} ${element.id}`).join())
    lines.push(pass.stores.map(store).join())
  }
  lines.push(nest.rowStores.map(store).join())
  return lines.join("\n")

  function textOf(element: Element): string {
    switch (element.kind) {
      case "number":
        return Object.is(element.value, -0) ? "-0" : `${element.value}`
      case "index":
        return element.index.key
      case "load":
        return `${source(element.read)}[${element.index.key}]`
      case "operation":
        return `${element.op}(${element.operands.map(({ id }) => id).join()})`
      case "choice":
        return `${element.conditions.map(conditionKey).join("&")}?${element.inside.id}:${element.outside.id}`
      case "reduced":
        return `reduced ${reductions.indexOf(element.reduction)}`
      case "product":
        return `product ${element.coordinates.map(({ key }) => key).join()}`
      case "random":
        return `random ${element.key[0].id},${element.key[1].id},${element.index.key}`
    }
  }
}
