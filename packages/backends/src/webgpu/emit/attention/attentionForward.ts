import { Shape } from "@residual/core"
import type { Graph, Id, Region } from "@residual/graph"
import {
  type AttentionOperands,
  attentionName,
  attentionOperands
} from "../../../kernel/attention/attentionOperands.ts"
import type { MatrixOperand } from "../../../kernel/attention/attentionShape.ts"
import type { Kernel, ValueAccess } from "../../wgsl/kernel.ts"
import { scalarFunctions, scalarText } from "../../wgsl/scalar.ts"
import type { EmitContext } from "../emitContext.ts"
import { kernelValues } from "../kernelValues.ts"
import { block } from "../loopText.ts"
import { type BlockPlan, blockPlan, sharedTiles, threadsFor } from "./blockPlan.ts"
import { counters as noCounters } from "./counters.ts"
import { digitsText } from "./digits.ts"
import { keyHeadOf, queryHead } from "./heads.ts"
import { type StoredSum, storedSum, storeSums } from "./laneSums.ts"
import { readByVectors, rowsOf } from "./matrixText.ts"
import { keysOfQuery } from "./meetings.ts"
import {
  eachVector,
  handsOver,
  heldText,
  meetText,
  type NamedRows,
  type RowSum,
  type RowWalk,
  sumShare,
  threadNames
} from "./rowWalk.ts"
import { exponentials, where } from "./weights.ts"

/** The lowest number: what is as low is taken for -∞, and can be subtracted from itself. */
const lowest = "-0x1.fffffep+127f"

/**
 * The kernel of an attention: a workgroup computes a block of a head's queries in one pass over the keys, by sums that are
 * scaled down when a higher score is met, as in T. Dao, "FlashAttention-2" (2023).
 */
export const attentionForward = (graph: Graph, region: Region, id: Id, context: EmitContext): ReadonlyArray<Kernel> => {
  const attention = attentionOperands(graph, region, id, [2, 2, 2], [0, 1, 2])
  const { shape } = attention
  const heads = Shape.size(shape.outer) * shape.keyHeads * shape.group
  return heads * shape.queries === 0 ? [] : [forwardKernel(graph, attention, heads, context)]
}

const forwardKernel = (
  graph: Graph,
  { shape, operands, mask, writes, written }: AttentionOperands,
  heads: number,
  { limits, vectors, subgroups, threads: asked }: EmitContext
): Kernel => {
  const { queries, keys, width, out, scale } = shape
  const [ofQueries, ofKeys, ofValues] = operands as [MatrixOperand, MatrixOperand, MatrixOperand]
  const [values, counters] = [kernelValues(), noCounters()]
  const head = queryHead(shape, counters.counter("head", heads))
  const byVectors = readByVectors(graph, vectors ? operands : [], mask === undefined ? [] : [mask])
  const rowsAt = (name: string, operand: MatrixOperand, at: typeof head, size: number): NamedRows => ({
    name,
    rows: rowsOf(counters, values, byVectors, operand, at, size)
  })
  const [result, logSumExp] = [written.get(0), written.get(1)]
  const query = rowsAt("query", ofQueries, head, width)
  const key = rowsAt("key", ofKeys, keyHeadOf(shape, head), width)
  const value = result === undefined ? undefined : rowsAt("value", ofValues, keyHeadOf(shape, head), out)
  const met = value === undefined ? [key] : [key, value]

  const sizes = {
    rows: queries,
    met: keys,
    held: met.map(({ rows }) => rows.vectors),
    tiles: met.map(({ rows }) => rows.vectors),
    products: 1
  }
  const threads = asked ?? threadsFor(sizes, limits.threads)
  const plan = blockPlan(sizes, threads, limits.sharedBytes)
  const blocks = Math.ceil(queries / plan.rows)
  const names = threadNames(counters, plan, "block", queries, keys)
  const meetings = keysOfQuery({ shape, plan, block: "block", names, mask, head, counters, values })
  const sum: RowSum | undefined = value && { name: "sum", weights: "weights", met: value }
  const share = sum === undefined ? 0 : sumShare(plan, sum)
  const scaledBy = (factor: string) => eachVector(share, (at) => [`sum[${at}] *= ${factor};`])
  const weigh = (access: ValueAccess): ReadonlyArray<string> => {
    const isMet = meetings.met(access)
    return [
      ...(isMet === undefined ? [] : [`let isMet = ${isMet};`]),
      `let scaled = ${where(isMet && "isMet", `scores * ${scalarText("f32", scale)}`, `vec4f(${lowest})`)};`,
      "let highest = max(max(scaled.x, scaled.y), max(scaled.z, scaled.w));",
      ...block("if (highest > shift)", [
        "let factor = exp_f32(shift - highest);",
        "shift = highest;",
        "total *= factor;",
        ...scaledBy("factor")
      ]),
      `let weights = ${where(
        isMet && "isMet",
        exponentials((at) => `scaled.${at} - shift`)
      )};`,
      "total += (weights.x + weights.y) + (weights.z + weights.w);"
    ]
  }
  const weighAlone = (access: ValueAccess): ReadonlyArray<string> => {
    const isMet = meetings.metAlone(access)
    const scaled = `scores * ${scalarText("f32", scale)}`
    const weight = "exp_f32(scaled - shift)"
    return [
      ...(isMet === undefined ? [] : [`let isMet = ${isMet};`]),
      `let scaled = ${isMet === undefined ? scaled : `select(${lowest}, ${scaled}, isMet)`};`,
      ...block("if (scaled > shift)", [
        "let factor = exp_f32(shift - scaled);",
        "shift = scaled;",
        "total *= factor;",
        ...scaledBy("factor")
      ]),
      `let weights = ${isMet === undefined ? weight : `select(0.0f, ${weight}, isMet)`};`,
      "total += weights;"
    ]
  }
  const walk: RowWalk = {
    plan,
    counters,
    names,
    held: [query],
    met,
    products: [{ name: "scores", held: query, met: key }],
    sums: sum === undefined ? [] : [sum],
    count: keys,
    from: meetings.from,
    to: meetings.to,
    ofQuad: meetings.ofQuad,
    meets: meetings.meets,
    subgroups,
    weigh,
    weighAlone
  }
  const stored: StoredSum | undefined =
    result === undefined ? undefined : storedSum(values, writes[result] as Id, "sum", share, out, vectors)
  const sumsValue = logSumExp === undefined ? undefined : values.write(writes[logSumExp] as Id, "f32")

  const body = (access: ValueAccess): ReadonlyArray<string> => [
    ...digitsText("group", [
      ["head", heads],
      ["block", blocks]
    ]),
    ...names.text,
    ...meetings.before,
    ...heldText(walk, access),
    `var shift = ${lowest};`,
    "var total = 0.0f;",
    ...meetText(walk, access),
    ...joinedText(plan),
    "let isNothing = total == 0.0f;",
    ...(share === 0 ? [] : ["let share = factor / select(total, 1.0f, isNothing);"]),
    ...scaledBy("share"),
    ...(sumsValue === undefined ? [] : sumsText(plan, queries, sumsValue, access)),
    ...(stored === undefined
      ? []
      : storeSums(plan, { rows: queries, matrix: "head", block: "block" }, [stored], access))
  ]
  return {
    name: attentionName("attention", shape),
    values: values.all(),
    threads,
    groups: heads * blocks,
    shared: sharedTiles(plan.shared),
    usesSubgroups: handsOver(walk),
    partsQuads: handsOver(walk) && shape.causal,
    functions: new Set(["exp_f32", "log_f32", ...scalarFunctions("f32", scale)]),
    body: (access) => body(access).join("\n")
  }
}

/** Statements that join the lanes of a row: the highest score, the sum to it, and by what the thread's own sums shrink. */
const joinedText = (plan: BlockPlan): ReadonlyArray<string> => {
  const { rows, slices, lanes } = plan
  if (lanes === 1) return ["let factor = 1.0f;"]
  const handOver = `tiles[lane * ${rows} + line] = vec4f(shift, total, 0.0f, 0.0f);`
  const ofOther = `let other = tiles[at * ${rows} + line];`
  return [
    ...(slices === 1 ? [handOver] : block("if (slice == 0)", [handOver])),
    "workgroupBarrier();",
    `var highest = ${lowest};`,
    `for (var at = 0; at < ${lanes}; at++) { highest = max(highest, tiles[at * ${rows} + line].x); }`,
    "total = 0.0f;",
    ...block(`for (var at = 0; at < ${lanes}; at++)`, [ofOther, "total += other.y * exp_f32(other.x - highest);"]),
    "let factor = exp_f32(shift - highest);",
    "shift = highest;",
    "workgroupBarrier();"
  ]
}

/** Statements that store what is taken off scores so that their exponentials sum to 1, by the first thread of each row. */
const sumsText = (plan: BlockPlan, queries: number, value: number, access: ValueAccess): ReadonlyArray<string> => {
  const place = `block * ${plan.rows} + line`
  const conditions = [
    ...(plan.slices * plan.lanes === 1 ? [] : [`thread < ${plan.rows}`]),
    ...(queries % plan.rows === 0 ? [] : [`${place} < ${queries}`])
  ]
  const store = access.store(value, `head * ${queries} + ${place}`, "select(shift + log_f32(total), 0.0f, isNothing)")
  return conditions.length === 0 ? [store] : block(`if (${conditions.join(" && ")})`, [store])
}
