import type { Graph, Id, Region } from "@residual/graph"
import {
  type AttentionOperands,
  attentionName,
  attentionOperands,
  headsOf
} from "../../../kernel/attention/attentionOperands.ts"
import type { AttentionShape, MatrixOperand } from "../../../kernel/attention/attentionShape.ts"
import { add, type Index, scale } from "../../../kernel/indexExpression.ts"
import { type Nest, nestsOf } from "../../../kernel/nest.ts"
import { lines } from "../../lines.ts"
import { type Code, get, nothing, sequence, set } from "../../wasm/code.ts"
import { fillBytes, i32 } from "../../wasm/instructions.ts"
import { bytesOf } from "../elementSource.ts"
import type { KernelCall, KernelContext } from "../kernels.ts"
import { type HeadKernel, headKernel } from "./headKernel.ts"
import { firstOf, type QueryBlock, queryBlocks, stepOf, steps } from "./queryBlocks.ts"
import { regularRows } from "./regularRows.ts"
import { nested, type ScorePart, scoreOf } from "./scores.ts"

/** The kernel of an attention: heads are shared out, and each is computed in blocks of queries. */
export const attentionForward = (graph: Graph, region: Region, id: Id, context: KernelContext): KernelCall => {
  const attention = attentionOperands(graph, region, id, [2, 2, 2], [0, 1, 2])
  const { shape, reads, writes, key } = attention
  const { kernel, scratchBytes } = context.once(`attention ${key}`, () => forwardKernel(attention, context))
  const scores = shape.group * shape.queries * shape.keys * (shape.causal ? 0.6 : 1)
  return {
    name: attentionName("attention", shape),
    kernel,
    reads,
    writes,
    pieces: headsOf(shape),
    isShared: true,
    unit: 1,
    scratchBytes,
    cost: headsOf(shape) * scores * ((shape.width + shape.out) * 0.04 + 1.5)
  }
}

const forwardKernel = (attention: AttentionOperands, context: KernelContext): HeadKernel => {
  const { shape, operands, mask, reads, writes, written } = attention
  const { dtype, group, queries, keys, width, out } = shape
  const [ownQuery, ownKey, ownValue] = operands as [MatrixOperand, MatrixOperand, MatrixOperand]
  const ofQueries = regularRows(dtype, ownQuery, queries, width)
  const ofKeys = regularRows(dtype, ownKey, keys, width)
  const ofValues = regularRows(dtype, ownValue, keys, out)
  const [query, key, value] = [ofQueries.operand, ofKeys.operand, ofValues.operand]
  const bytes = bytesOf(dtype)
  const { fused } = context
  const blocks = queryBlocks(shape)
  const most = Math.max(...blocks.map(({ from, to, keys }) => (to - from) * keys))
  const [result, sums] = [written.get(0), written.get(1)]
  const scoreBytes = lines(most * bytes)
  const regular = ofQueries.bytes + ofKeys.bytes + ofValues.bytes
  return headKernel(shape, reads, writes.length, scoreBytes + regular, context, (head) => {
    const ofRegular = (from: number): Code => i32.add(get(head.scratch), i32.constant(scoreBytes + from))
    const [ofQuery, ofKey, ofValue] = [head.local("i32"), head.local("i32"), head.local("i32")] as const
    const [ofMask, ofResult, ofSums] = [head.local("i32"), head.local("i32"), head.local("i32")] as const
    const block = ({ from, to, keys }: QueryBlock): Code => {
      const rows = to - from
      const resultPlace = i32.add(get(ofResult), i32.constant(from * out * bytes))
      const sumsPlace = i32.add(get(ofSums), i32.constant(from * bytes))
      if (keys === 0) {
        return sequence(
          result === undefined ? nothing : fillBytes(resultPlace, i32.constant(0), i32.constant(rows * out * bytes)),
          sums === undefined ? nothing : fillBytes(sumsPlace, i32.constant(0), i32.constant(rows * bytes))
        )
      }
      const part: ScorePart = { rowFrom: from, columnFrom: 0, rows, columns: keys, rowStride: keys }
      const at = head.local("i32")
      const pointers = new Map([
        [nested.first, head.scratch],
        [nested.logSumExp, at],
        [nested.mask, ofMask]
      ])
      const scores = head.products.multiply(
        {
          dtype,
          m: rows,
          k: width,
          n: keys,
          a: { m: firstOf(query.rows, rows), k: query.columns },
          b: { k: key.columns, n: firstOf(key.rows, keys) },
          rowStride: keys,
          fused
        },
        i32.add(get(ofQuery), i32.constant(from * stepOf(query.rows) * bytes)),
        get(ofKey),
        get(head.scratch)
      )
      const read = head.products.multiply(
        {
          dtype,
          m: rows,
          k: keys,
          n: out,
          a: { m: steps(rows, keys), k: steps(keys, 1) },
          b: { k: firstOf(value.rows, keys), n: value.columns },
          rowStride: out,
          fused
        },
        get(head.scratch),
        get(ofValue),
        resultPlace
      )
      return sequence(
        scores,
        set(at, sumsPlace),
        head.run(softmaxNest(shape, part, mask, sums !== undefined), pointers),
        result === undefined ? nothing : read
      )
    }
    const member = (number: number): Code =>
      sequence(
        set(ofQuery, head.start(ownQuery, 2, bytes, number)),
        ofQueries.copied(head, ofQuery, ofRegular(ofKeys.bytes + ofValues.bytes)),
        mask === undefined ? nothing : set(ofMask, head.start(mask, 2, 4, number)),
        result === undefined ? nothing : set(ofResult, head.target(result, queries * out * bytes, number)),
        sums === undefined ? nothing : set(ofSums, head.target(sums, queries * bytes, number)),
        ...blocks.map(block)
      )
    return sequence(
      set(ofKey, head.start(ownKey, 2, bytes)),
      ofKeys.copied(head, ofKey, ofRegular(0)),
      set(ofValue, head.start(ownValue, 2, bytes)),
      ofValues.copied(head, ofValue, ofRegular(ofKeys.bytes)),
      ...Array.from({ length: group }, (_, number) => member(number))
    )
  })
}

const [greatest, total] = [1, 2] as const

/**
 * Scores become weights where they lie, and the logarithm of what they were divided by is stored: the greatest score of a
 * row is taken off before the exponential. A row that may read nothing becomes 0.
 */
const softmaxNest = (
  shape: AttentionShape,
  part: ScorePart,
  mask: MatrixOperand | undefined,
  storesSums: boolean
): Nest => {
  const { dtype } = shape
  const [nest] = nestsOf([part.rows, part.columns], [1], (at, elements) => {
    const [row, column] = at as readonly [Index, Index]
    const place = add(scale(row, part.rowStride), column)
    const number = (value: number) => elements.number(dtype, value)
    const operation = (op: string, ...operands: ReadonlyArray<ReturnType<typeof number>>) =>
      elements.operation(op === "equal" ? "bool" : dtype, op, operands)
    const score = scoreOf(elements, shape, part, mask, [row, column])
    const most = elements.reduced(dtype, greatest)
    const sum = elements.reduced(dtype, total)
    const shift = operation("where", operation("equal", most, number(Number.NEGATIVE_INFINITY)), number(0), most)
    const exponential = operation("exp", operation("add", score, operation("neg", shift)))
    const divisor = operation("where", operation("equal", sum, number(0)), number(1), sum)
    const kept = elements.load(dtype, nested.first, place)
    // A sum of exponentials, one of which is 1, has a reciprocal.
    const weight = operation("mul", kept, operation("div", number(1), divisor))
    const store = { id: nested.logSumExp, place: row, element: operation("add", shift, operation("log", divisor)) }
    return {
      passes: [
        { reductions: [{ id: greatest, op: "max", element: score }], stores: [] },
        {
          reductions: [{ id: total, op: "sum", element: exponential }],
          stores: [{ id: nested.first, place, element: exponential }]
        },
        { reductions: [], stores: [{ id: nested.first, place, element: weight }] }
      ],
      rowStores: storesSums ? [store] : []
    }
  })
  return nest as Nest
}
