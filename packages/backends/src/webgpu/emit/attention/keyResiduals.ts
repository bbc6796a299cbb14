import { Shape } from "@residual/core"
import type { Id } from "@residual/graph"
import type { AttentionShape } from "../../../kernel/attention/attentionShape.ts"
import { block } from "../loopText.ts"
import {
  type Backward,
  backwardOperands,
  backwardRows,
  type KernelPart,
  weightsAlone,
  weightsText
} from "./backwardPart.ts"
import { type BlockSizes, blockPlan } from "./blockPlan.ts"
import { counters as noCounters } from "./counters.ts"
import { digitsText } from "./digits.ts"
import { keyHead, memberOf } from "./heads.ts"
import { storedSum, storeSums } from "./laneSums.ts"
import { numberText, vectorsOf } from "./matrixText.ts"
import { lookedUp, queriesOfKey } from "./meetings.ts"
import { handsOver, heldText, meetText, type RowSum, type RowWalk, sumShare, threadNames } from "./rowWalk.ts"
import { ofFour } from "./weights.ts"

/** The sizes of a block of keys and values. */
export const keySizes = (
  { queries, keys, width, out }: AttentionShape,
  toKey: number | undefined,
  toValue: number | undefined
): BlockSizes => {
  const [ofKey, ofValue] = [vectorsOf(width), vectorsOf(out)]
  const sums = [...(toKey === undefined ? [] : [ofKey]), ...(toValue === undefined ? [] : [ofValue])]
  return { rows: keys, met: queries, held: [ofKey, ofValue, ...sums], tiles: [ofKey, ofValue], products: 2 }
}

/**
 * The part of an attention's backward that computes the residuals of keys and values, or of what of them is written, a
 * block of rows in each workgroup: over the queries of one head of the group after the other.
 */
export const keyResiduals = (
  backward: Backward,
  toKey: number | undefined,
  toValue: number | undefined
): KernelPart => {
  const { shape, mask, writes, values, vectors, threads, sharedBytes } = backward
  const { queries, keys, group } = shape
  const heads = Shape.size(shape.outer) * shape.keyHeads
  const counters = noCounters()
  const head = keyHead(shape, counters.counter("head", heads))
  const member = memberOf(shape, head, counters.counter("member", group))
  const { residual, query, key, value } = backwardRows(backward, counters, member, head)
  const written: ReadonlyArray<readonly [RowSum, number | undefined]> = [
    [{ name: "toKey", weights: "toProducts", met: query }, toKey],
    [{ name: "toValue", weights: "weights", met: residual }, toValue]
  ]
  const asked = written.flatMap(([sum, write]) => (write === undefined ? [] : [{ sum, write }]))
  const sums = asked.map(({ sum }) => sum)
  const plan = blockPlan(keySizes(shape, toKey, toValue), threads, sharedBytes)
  const blocks = Math.ceil(keys / plan.rows)
  const names = threadNames(counters, plan, "block", keys, queries)
  const meetings = queriesOfKey({ shape, plan, block: "block", names, mask, head: member, counters, values })
  const operands = backwardOperands(backward)
  const logSumExp = numberText(counters, values, operands.logSumExp, member, "f32")
  const delta = numberText(counters, values, operands.delta, member, "f32")
  const place = (at: number) => lookedUp(counters, names.place, at, queries)
  const walk: RowWalk = {
    plan,
    counters,
    names,
    held: [key, value],
    met: [query, residual],
    products: [
      { name: "scores", held: key, met: query },
      { name: "arrived", held: value, met: residual }
    ],
    sums,
    count: queries,
    from: meetings.from,
    to: meetings.to,
    ofQuad: meetings.ofQuad,
    meets: meetings.meets,
    subgroups: backward.subgroups,
    weigh: (access) => [
      `let logSumExp = ${ofFour((at) => logSumExp(access, place(at)))};`,
      `let delta = ${ofFour((at) => delta(access, place(at)))};`,
      ...weightsText(backward, meetings, (component) => `logSumExp.${component}`, access)
    ],
    weighAlone: (access) => [
      `let logSumExp = ${logSumExp(access, names.place)};`,
      `let delta = ${delta(access, names.place)};`,
      ...weightsAlone(backward, meetings, access)
    ]
  }
  const stored = asked.map(({ sum, write }) =>
    storedSum(values, writes[write] as Id, sum.name, sumShare(plan, sum), sum.met.rows.width, vectors)
  )
  return {
    groups: heads * blocks,
    shared: plan.shared,
    usesSubgroups: handsOver(walk),
    body: (access) => [
      ...digitsText("task", [
        ["head", heads],
        ["block", blocks]
      ]),
      ...names.text,
      ...meetings.before,
      ...heldText(walk, access),
      ...(group === 1
        ? ["let member = 0;", ...meetText(walk, access)]
        : block(`for (var member = 0; member < ${group}; member++)`, meetText(walk, access))),
      ...storeSums(plan, { rows: keys, matrix: "head", block: "block" }, stored, access)
    ]
  }
}
