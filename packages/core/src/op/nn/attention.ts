import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, div, mul } from "../arithmetic.ts"
import { less } from "../compare.ts"
import { dot } from "../dot.ts"
import { checkAccepted } from "../elementwiseComposite.ts"
import { exp, log } from "../exponential.ts"
import { fill, iota } from "../leaf.ts"
import { swapLast } from "../movement.ts"
import { checkNotEmpty } from "../reduction.ts"
import { sub } from "../sign.ts"
import { expandDims, reshape, sum } from "../stretch.ts"
import { where } from "../where.ts"
import { exponentialsAlong } from "./softmax.ts"

interface AttentionAttrs {
  readonly causal: boolean
  readonly scale: number
}

/** A value of the query heads with those that share a key head one after the other: `[..., keyHeads, group · n, m]`. */
const byKeyHead = (x: AnyExpr, key: AnyExpr): AnyExpr => {
  const outer = key.type.shape.slice(0, -2)
  const [heads = 1, rows, width] = x.type.shape.length < 3 ? [1, ...x.type.shape] : x.type.shape.slice(-3)
  return reshape(x, [...outer, (heads / (outer.at(-1) ?? 1)) * (rows as number), width as number])
}

/** Scaled products of queries and keys, `[..., heads, queries, keys]`, -∞ where a query may not read a key. */
const scoresOf = (
  query: AnyExpr,
  key: AnyExpr,
  mask: AnyExpr | undefined,
  { causal, scale }: AttentionAttrs
): AnyExpr => {
  const [queries, keys] = [query.type.shape.at(-2) as number, key.type.shape.at(-2) as number]
  const products = mul(dot(byKeyHead(query, key), swapLast(key)), scale)
  const all = reshape(products, [...query.type.shape.slice(0, -1), keys])
  const masked = mask === undefined ? all : where(mask, all, Number.NEGATIVE_INFINITY)
  if (!causal) return masked
  const [row, column] = [iota([queries, keys], { axis: 0 }), iota([queries, keys], { axis: 1 })]
  return where(less(add(row, keys - queries), column), Number.NEGATIVE_INFINITY, masked)
}

/** The residuals of query, key and value, from that of the result, the saved log Σ exp and the row sums Σ r · y. */
export const attentionBackward = composite<AttentionAttrs>("attentionBackward", {
  body: (inputs, attrs) => {
    const [r, query, key, value, logSumExp, delta, mask] = inputs as [
      ...[AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr],
      AnyExpr?
    ]
    const weights = exp(sub(scoresOf(query, key, mask, attrs), expandDims(logSumExp, -1)))
    const arrived = byKeyHead(r, key)
    const toWeights = reshape(dot(arrived, swapLast(value)), weights.type.shape)
    const toScores = byKeyHead(mul(mul(weights, sub(toWeights, expandDims(delta, -1))), attrs.scale), key)
    return [
      reshape(dot(toScores, key), query.type.shape),
      dot(swapLast(toScores), byKeyHead(query, key)),
      dot(swapLast(byKeyHead(weights, key)), arrived)
    ]
  }
})

/** Attention of checked operands, and log Σ exp of each row, which is saved. */
export const attend = composite<AttentionAttrs>("attention", {
  body: (inputs, attrs) => {
    const [query, key, value, mask] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr?]
    const scores = scoresOf(query, key, mask, attrs)
    const { exponentials, divisor, shift } = exponentialsAlong(scores, scores.type.shape.length - 1)
    const read = dot(byKeyHead(div(exponentials, divisor), key), value)
    const heads = query.type.shape.slice(0, -1)
    return [reshape(read, [...heads, value.type.shape.at(-1) as number]), reshape(add(shift, log(divisor)), heads)]
  },
  outputs: 1,
  backward: ([r, toLogSumExp], { inputs, outputs, attrs }) => {
    const [query, key, value, mask] = inputs as [AnyExpr, AnyExpr, AnyExpr, AnyExpr?]
    const [y, logSumExp] = outputs as [AnyExpr, AnyExpr]
    const arrived = r ?? fill(0, y.type)
    const mean = sum(mul(arrived, y), { axes: [-1] })
    // At second order a residual arrives at the saved value, too, and lowers every score's as the mean does.
    const delta = toLogSumExp ? sub(mean, toLogSumExp) : mean
    const read = [arrived, query, key, value, logSumExp, delta]
    return mask === undefined
      ? attentionBackward.all(read, attrs)
      : [...attentionBackward.all([...read, mask], attrs), null]
  },
  rule: "s · k ; sᵀ · q ; pᵀ · r, with s = scale · p ∘ (r · vᵀ - Σ r ∘ y)"
})

/** What attention may read, and how scores are scaled. */
export interface AttentionOptions {
  /** Whether a query reads only keys up to its own place; the last query is at the place of the last key. */
  readonly causal?: boolean
  /** `bool`, true where a query may read a key; it broadcasts to `[..., heads, queries, keys]`. */
  readonly mask?: AnyExpr | undefined
  /** What scores are multiplied by: 1 / √width by default. */
  readonly scale?: number
}

/**
 * Scaled dot-product attention: softmax(q · kᵀ · scale) · v, where queries and keys meet. Fewer heads of keys and values
 * than of queries are shared by groups of these, in order. A query that may read nothing gives 0. Where there are more
 * keys than queries, `causal` takes the queries for the last ones.
 *
 * Shape: query `[..., heads, n, width]`, key `[..., keyHeads, m, width]`, value `[..., keyHeads, m, out]` -> `[...,
 * heads, n, out]`; without the axis of the heads there is one. Throws a `ShapeError` for anything else, and for
 * no keys.
 *
 * A. Vaswani et al., "Attention is all you need" (2017); J. Ainslie et al., "GQA" (2023); the backward reads a saved
 * log Σ exp as in T. Dao, "FlashAttention-2" (2023).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const query = input("query", [2, 4, 8, 16])
 * const key = input("key", [2, 2, 8, 16])
 * op.attention(query, key, key, { causal: true }).type.shape // => [2, 4, 8, 16]
 * ```
 */
export const attention = (query: AnyExpr, key: AnyExpr, value: AnyExpr, options: AttentionOptions = {}): AnyExpr => {
  checkAccepted("attention", "floats", [query, key, value])
  checkOperands(query, key, value)
  checkNotEmpty("attention", key.type, [key.type.shape.length - 2])
  const { causal = false, mask, scale = 1 / Math.sqrt(query.type.shape.at(-1) as number) } = options
  if (mask === undefined) return attend([query, key, value], { causal, scale })
  const scores = [...query.type.shape.slice(0, -1), key.type.shape.at(-2) as number]
  const broadcast = ShapeOf.broadcast(mask.type.shape, scores)
  if (mask.type.dtype !== "bool" || broadcast === undefined || !ShapeOf.equals(broadcast, scores)) {
    throw new ShapeError(
      "attention",
      [query.type, key.type, value.type, mask.type],
      `a mask that broadcasts to bool[${scores.join(",")}]`
    )
  }
  return attend([query, key, value, mask], { causal, scale })
}

const checkOperands = (query: AnyExpr, key: AnyExpr, value: AnyExpr): void => {
  const [q, k, v] = [query.type.shape, key.type.shape, value.type.shape]
  const rank = q.length
  const [heads, keyHeads] = rank === 2 ? [1, 1] : [q[rank - 3] as number, k[rank - 3] as number]
  const fits =
    rank >= 2 &&
    ShapeOf.equals(k.slice(0, -1), v.slice(0, -1)) &&
    k.length === rank &&
    ShapeOf.equals(q.slice(0, -3), k.slice(0, -3)) &&
    q[rank - 1] === k[rank - 1] &&
    heads % keyHeads === 0 &&
    query.type.dtype === key.type.dtype &&
    key.type.dtype === value.type.dtype
  if (!fits) {
    const expected =
      "query [..., h, n, d], key [..., g, m, d] and value [..., g, m, e] of one float type, where g divides h"
    throw new ShapeError("attention", [query.type, key.type, value.type], expected)
  }
}
