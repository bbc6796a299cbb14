import { Shape } from "@residual/core"
import type { Id } from "@residual/graph"
import type { AttentionShape } from "../../../kernel/attention/attentionShape.ts"
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
import { keyHeadOf, queryHead } from "./heads.ts"
import { storedSum, storeSums } from "./laneSums.ts"
import { numberText, vectorsOf } from "./matrixText.ts"
import { keysOfQuery } from "./meetings.ts"
import { handsOver, heldText, meetText, type RowSum, type RowWalk, sumShare, threadNames } from "./rowWalk.ts"

/** The sizes of a block of queries. */
export const querySizes = ({ queries, keys, width, out }: AttentionShape): BlockSizes => {
  const [ofQuery, ofResidual] = [vectorsOf(width), vectorsOf(out)]
  return {
    rows: queries,
    met: keys,
    held: [ofQuery, ofResidual, ofQuery],
    tiles: [ofQuery, ofResidual],
    products: 2
  }
}

/** The part of an attention's backward that computes the residuals of queries, a block of them in each workgroup. */
export const queryResiduals = (backward: Backward, write: number): KernelPart => {
  const { shape, mask, writes, values, vectors, threads, sharedBytes } = backward
  const { queries, keys } = shape
  const heads = Shape.size(shape.outer) * shape.keyHeads * shape.group
  const counters = noCounters()
  const head = queryHead(shape, counters.counter("head", heads))
  const { residual, query, key, value } = backwardRows(backward, counters, head, keyHeadOf(shape, head))
  const plan = blockPlan(querySizes(shape), threads, sharedBytes)
  const blocks = Math.ceil(queries / plan.rows)
  const names = threadNames(counters, plan, "block", queries, keys)
  const meetings = keysOfQuery({ shape, plan, block: "block", names, mask, head, counters, values })
  const operands = backwardOperands(backward)
  const logSumExp = numberText(counters, values, operands.logSumExp, head, "f32")
  const delta = numberText(counters, values, operands.delta, head, "f32")
  const sum: RowSum = { name: "toQuery", weights: "toProducts", met: key }
  const walk: RowWalk = {
    plan,
    counters,
    names,
    held: [query, residual],
    met: [key, value],
    products: [
      { name: "scores", held: query, met: key },
      { name: "arrived", held: residual, met: value }
    ],
    sums: [sum],
    count: keys,
    from: meetings.from,
    to: meetings.to,
    ofQuad: meetings.ofQuad,
    meets: meetings.meets,
    subgroups: backward.subgroups,
    weigh: (access) => weightsText(backward, meetings, () => "logSumExp", access),
    weighAlone: (access) => weightsAlone(backward, meetings, access)
  }
  const stored = storedSum(values, writes[write] as Id, sum.name, sumShare(plan, sum), shape.width, vectors)
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
      `let logSumExp = ${logSumExp(access, names.row)};`,
      `let delta = ${delta(access, names.row)};`,
      ...heldText(walk, access),
      ...meetText(walk, access),
      ...storeSums(plan, { rows: queries, matrix: "head", block: "block" }, [stored], access)
    ]
  }
}
