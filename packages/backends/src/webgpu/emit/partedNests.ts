import { Shape } from "@residual/core"
import type { Id } from "@residual/graph"
import { type Element, makeElements } from "../../kernel/element.ts"
import {
  add,
  type Condition,
  constant,
  decided,
  guarded,
  type Index,
  type Loop,
  ofLoop,
  placeOf,
  scale
} from "../../kernel/indexExpression.ts"
import type { Nest, Pass } from "../../kernel/nest.ts"
import { substituting } from "../../kernel/substituteElements.ts"
import type { RegionScratch } from "./regionScratch.ts"
import type { RowPlan } from "./rowPlan.ts"

/** A number that no counter of a nest has. */
const freeId = (nest: Nest): number => 1 + Math.max(0, ...[...nest.kept, ...nest.reduced].map(({ id }) => id))

/** The number of a row, in row-major order. */
const rowOf = (nest: Nest): Index => placeOf(nest.kept.map(ofLoop), Shape.strides(nest.kept.map(({ size }) => size)))

/**
 * Two nests for one whose rows are cut into parts: the first reduces each part as a row of its own, into scratch memory;
 * the second reduces what came of a row's parts.
 */
export const partedNests = (nest: Nest, plan: RowPlan, scratch: RegionScratch): ReadonlyArray<Nest> => {
  const [pass] = nest.passes as readonly [Pass]
  const [longest] = [...nest.reduced].sort((a, b) => b.size - a.size) as [Loop, ...ReadonlyArray<Loop>]
  const length = Math.ceil(longest.size / Math.min(plan.parts, longest.size))
  const parts = Math.ceil(longest.size / length)
  const [part, within]: readonly [Loop, Loop] = [
    { id: freeId(nest), size: parts },
    { id: freeId(nest) + 1, size: length }
  ]
  const kept = [...nest.kept, ...(parts === 1 ? [] : [part])]
  const reduced = nest.reduced.flatMap((loop) => (loop !== longest ? [loop] : length === 1 ? [] : [within]))
  const whole = add(
    scale(parts === 1 ? constant(0) : ofLoop(part), length),
    length === 1 ? constant(0) : ofLoop(within)
  )
  const inRange: Condition = { kind: "within", index: whole, low: 0, high: longest.size }
  const isCut = decided(inRange) !== true
  const place = isCut ? guarded(whole, [inRange]) : whole
  const elements = makeElements()
  const { element } = substituting(elements, (loop) => (loop === longest ? place : ofLoop(loop)))
  const ids = pass.reductions.map(() => scratch.take(4 * plan.rows * parts))
  const startOf = (op: string, { dtype }: Element): Element =>
    elements.number(
      dtype,
      op === "sum" ? 0 : dtype === "f32" ? Number.NEGATIVE_INFINITY : dtype === "i32" ? -(2 ** 31) : 0
    )
  const partial: Nest = {
    kept,
    reduced,
    passes: [
      {
        reductions: pass.reductions.map(({ id, op, element: of }) => {
          const inside = element(of)
          return { id, op, element: isCut ? elements.choice([inRange], inside, startOf(op, of)) : inside }
        }),
        stores: []
      }
    ],
    rowStores: pass.reductions.map(({ id, element: of }, at) => ({
      id: ids[at] as Id,
      place: add(scale(rowOf(nest), parts), parts === 1 ? constant(0) : ofLoop(part)),
      element: elements.reduced(of.dtype, id)
    }))
  }
  const finish: Nest = {
    kept: nest.kept,
    reduced: [part],
    passes: [
      {
        reductions: pass.reductions.map(({ id, op, element: of }, at) => ({
          id,
          op,
          element: elements.load(of.dtype, ids[at] as Id, add(scale(rowOf(nest), parts), ofLoop(part)))
        })),
        stores: []
      }
    ],
    rowStores: nest.rowStores
  }
  return [partial, finish]
}
