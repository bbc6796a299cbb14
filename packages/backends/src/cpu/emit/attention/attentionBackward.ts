import type { Graph, Id, Region } from "@residual/graph"
import {
  type AttentionOperands,
  attentionName,
  attentionOperands,
  headsOf
} from "../../../kernel/attention/attentionOperands.ts"
import type { AttentionShape, MatrixOperand } from "../../../kernel/attention/attentionShape.ts"
import { add, constant, type Index, scale } from "../../../kernel/indexExpression.ts"
import { type Nest, nestsOf } from "../../../kernel/nest.ts"
import type { Axis } from "../../../kernel/product/axis.ts"
import { lines } from "../../lines.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../../wasm/code.ts"
import { fillBytes, i32 } from "../../wasm/instructions.ts"
import { bytesOf } from "../elementSource.ts"
import type { KernelCall, KernelContext } from "../kernels.ts"
import { type HeadKernel, headKernel } from "./headKernel.ts"
import { firstOf, type QueryBlock, queryBlocks, stepOf, steps } from "./queryBlocks.ts"
import { copyNest, regularRows } from "./regularRows.ts"
import { along, nested, type ScorePart, scoreOf } from "./scores.ts"

/** Up to so many elements, a head's weights are kept from the queries' residuals for those of keys and values. */
const mostKept = 2 ** 20

/**
 * The kernel of an attention's backward: the residuals of queries in blocks of rows, and those of keys and values in blocks
 * of columns. Weights are computed again from the saved log Σ exp, as in T. Dao, "FlashAttention-2" (2023); short rows are
 * kept for both, of long ones no more than a block is ever there.
 */
export const attentionBackward = (graph: Graph, region: Region, id: Id, context: KernelContext): KernelCall => {
  const attention = attentionOperands(graph, region, id, [2, 2, 2, 2, 1, 1], [1, 2, 3])
  const { shape, reads, writes, key } = attention
  const { kernel, scratchBytes } = context.once(`attentionBackward ${key}`, () => backwardKernel(attention, context))
  const scores = shape.group * shape.queries * shape.keys * (shape.causal ? 0.6 : 1)
  return {
    name: attentionName("attentionBackward", shape),
    kernel,
    reads,
    writes,
    pieces: headsOf(shape),
    isShared: true,
    unit: 1,
    scratchBytes,
    cost: headsOf(shape) * scores * ((3 * shape.width + 2 * shape.out) * 0.04 + 1.5)
  }
}

const backwardKernel = (attention: AttentionOperands, context: KernelContext): HeadKernel => {
  const { shape, operands, mask, reads, writes, written } = attention
  const { dtype, group, queries, keys, width, out } = shape
  const [ownResidual, ownQuery, ownKey, ownValue, logSumExp, delta] = operands as [
    ...[MatrixOperand, MatrixOperand, MatrixOperand],
    ...[MatrixOperand, MatrixOperand, MatrixOperand]
  ]
  const residuals = regularRows(dtype, ownResidual, queries, out)
  const ofQueries = regularRows(dtype, ownQuery, queries, width)
  const ofKeys = regularRows(dtype, ownKey, keys, width)
  const ofValues = regularRows(dtype, ownValue, keys, out)
  const [residual, query, key, value] = [residuals.operand, ofQueries.operand, ofKeys.operand, ofValues.operand]
  const bytes = bytesOf(dtype)
  const { fused } = context
  const blocks = queryBlocks(shape)
  const isKept = group * queries * keys <= mostKept || blocks.length === 1
  const most = Math.max(1, ...blocks.map((block) => (block.to - block.from) * keys))
  const blockColumns = blocks.length === 1 ? keys : (blocks[0]?.to ?? keys)
  /** From one member's weights to the next one's: of all columns where they are kept, of a block's otherwise. */
  const memberWeights = queries * (isKept ? keys : blockColumns)
  const matrix = lines(Math.max(most, group * memberWeights) * bytes)
  // A group's queries, and residuals, are not always equal steps apart: sums over all of them read a copy.
  const copies = group === 1 ? 0 : lines(group * queries * width * bytes) + lines(group * queries * out * bytes)
  const ofMember = ofQueries.bytes + residuals.bytes
  const regular = ofKeys.bytes + ofValues.bytes + group * ofMember
  const [toQuery, toKey, toValue] = [0, 1, 2].map((output) => written.get(output))

  return headKernel(shape, reads, writes.length, 2 * matrix + copies + regular, context, (head) => {
    const local = (): Local => head.local("i32")
    const [ofKey, ofValue, ofWeights, ofScores] = [local(), local(), local(), local()]
    const [allQueries, allResiduals] = [local(), local()]
    const members = Array.from({ length: group }, () => ({
      residual: local(),
      query: local(),
      logSumExp: local(),
      delta: local(),
      mask: local(),
      toQuery: local()
    }))
    type Member = (typeof members)[number]
    const ofRegular = (from: number): Code => i32.add(get(head.scratch), i32.constant(2 * matrix + copies + from))
    const moved = (from: Local, elements: number): Code => i32.add(get(from), i32.constant(elements * bytes))

    /** Weights, and the residuals of scores, of some rows and columns of a member. */
    const tile = (member: Member, part: ScorePart, weights: Code, scores: Code): Code => {
      const [first, second] = [local(), local()]
      const { rowFrom, columnFrom, rows, columns, rowStride } = part
      const product = (a: MatrixOperand, start: Local, b: MatrixOperand, other: Local, depth: number, c: Local): Code =>
        head.products.multiply(
          {
            dtype,
            m: rows,
            k: depth,
            n: columns,
            a: { m: firstOf(a.rows, rows), k: a.columns },
            b: { k: b.columns, n: firstOf(b.rows, columns) },
            rowStride,
            fused
          },
          moved(start, rowFrom * stepOf(a.rows)),
          moved(other, columnFrom * stepOf(b.rows)),
          get(c)
        )
      const pointers = new Map([
        [nested.first, first],
        [nested.second, second],
        [nested.logSumExp, member.logSumExp],
        [nested.delta, member.delta],
        [nested.mask, member.mask]
      ])
      return sequence(
        set(first, weights),
        set(second, scores),
        product(query, member.query, key, ofKey, width, first),
        product(residual, member.residual, value, ofValue, out, second),
        head.run(weightsNest(shape, part, { mask, logSumExp, delta }), pointers)
      )
    }

    const queryBlock = (member: Member, number: number, block: QueryBlock): Code => {
      const { from, to, keys: read } = block
      const rows = to - from
      if (read === 0) {
        const size = i32.constant(rows * width * bytes)
        return toQuery === undefined ? nothing : fillBytes(moved(member.toQuery, from * width), i32.constant(0), size)
      }
      const rowStride = isKept ? keys : read
      const start = isKept ? number * memberWeights + from * keys : 0
      const part: ScorePart = { rowFrom: from, columnFrom: 0, rows, columns: read, rowStride }
      return sequence(
        tile(member, part, moved(ofWeights, start), moved(ofScores, start)),
        toQuery === undefined
          ? nothing
          : head.products.multiply(
              {
                dtype,
                m: rows,
                k: read,
                n: width,
                a: { m: steps(rows, rowStride), k: steps(read, 1) },
                b: { k: firstOf(key.rows, read), n: key.columns },
                rowStride: width,
                fused
              },
              moved(ofScores, start),
              get(ofKey),
              moved(member.toQuery, from * width)
            )
      )
    }

    /** The residuals of some keys, or values: of those that a block's first queries are the first to read. */
    const keyBlock = (from: number, to: number): Code => {
      const first = blocks.find((block) => block.keys > from)
      const columns = to - from
      const [target, other] = [written.get(1), written.get(2)]
      const place = (write: number, size: number): Code =>
        i32.add(head.target(write, keys * size * bytes), i32.constant(from * size * bytes))
      if (first === undefined) {
        return sequence(
          target === undefined
            ? nothing
            : fillBytes(place(target, width), i32.constant(0), i32.constant(columns * width * bytes)),
          other === undefined
            ? nothing
            : fillBytes(place(other, out), i32.constant(0), i32.constant(columns * out * bytes))
        )
      }
      const rows = queries - first.from
      const rowStride = isKept ? keys : columns
      const start = isKept ? first.from * keys + from : 0
      const ofGroup = (step: number, rowStep: number): Axis => [
        ...(group > 1 ? [{ size: group, stride: step }] : []),
        ...steps(rows, rowStep)
      ]
      const [only] = members as [Member]
      const sum = (scores: Local, size: number, write: number | undefined, operand: Operand): Code =>
        write === undefined
          ? nothing
          : head.products.multiply(
              {
                dtype,
                m: columns,
                k: group * rows,
                n: size,
                a: { m: steps(columns, 1), k: ofGroup(memberWeights, rowStride) },
                b:
                  group > 1
                    ? { k: ofGroup(queries * size, size), n: steps(size, 1) }
                    : { k: firstOf(operand.rows, rows), n: operand.columns },
                rowStride: size,
                fused
              },
              moved(scores, start),
              moved(operand.start, first.from * (group > 1 ? size : stepOf(operand.rows))),
              place(write, size)
            )
      const part: ScorePart = { rowFrom: first.from, columnFrom: from, rows, columns, rowStride }
      const tiles = members.map((member, number) =>
        tile(member, part, moved(ofWeights, number * memberWeights), moved(ofScores, number * memberWeights))
      )
      return sequence(
        ...(isKept ? [] : tiles),
        sum(ofScores, width, toKey, { ...query, start: group > 1 ? allQueries : only.query }),
        sum(ofWeights, out, toValue, { ...residual, start: group > 1 ? allResiduals : only.residual })
      )
    }

    /** Copies a member's queries, or residuals, behind those of the members before. */
    const copy = (number: number, operand: MatrixOperand, from: Local, to: Local, size: number): Code => {
      const target = local()
      const pointers = new Map([
        [nested.first, from],
        [nested.second, target]
      ])
      return sequence(
        set(target, moved(to, number * queries * size)),
        head.run(copyNest(dtype, queries, size, operand), pointers)
      )
    }
    const copied = members.flatMap((member, number) => [
      copy(number, query, member.query, allQueries, width),
      copy(number, residual, member.residual, allResiduals, out)
    ])
    return sequence(
      set(ofKey, head.start(ownKey, 2, bytes)),
      ofKeys.copied(head, ofKey, ofRegular(0)),
      set(ofValue, head.start(ownValue, 2, bytes)),
      ofValues.copied(head, ofValue, ofRegular(ofKeys.bytes)),
      set(ofWeights, get(head.scratch)),
      set(ofScores, i32.add(get(head.scratch), i32.constant(matrix))),
      set(allQueries, i32.add(get(head.scratch), i32.constant(2 * matrix))),
      set(allResiduals, i32.add(get(allQueries), i32.constant(lines(group * queries * width * bytes)))),
      ...members.flatMap((member, number) => [
        set(member.residual, head.start(ownResidual, 2, bytes, number)),
        residuals.copied(head, member.residual, ofRegular(regular - (number + 1) * ofMember)),
        set(member.query, head.start(ownQuery, 2, bytes, number)),
        ofQueries.copied(head, member.query, ofRegular(regular - (number + 1) * ofMember + residuals.bytes)),
        set(member.logSumExp, head.start(logSumExp, 1, bytes, number)),
        set(member.delta, head.start(delta, 1, bytes, number)),
        mask === undefined ? nothing : set(member.mask, head.start(mask, 2, 4, number)),
        toQuery === undefined ? nothing : set(member.toQuery, head.target(toQuery, queries * width * bytes, number)),
        ...blocks.map((block) => queryBlock(member, number, block))
      ]),
      ...(group > 1 ? copied : []),
      ...Array.from({ length: Math.ceil(keys / blockColumns) }, (_, at) =>
        keyBlock(at * blockColumns, Math.min(keys, (at + 1) * blockColumns))
      )
    )
  })
}

/** An operand, and where the matrix starts in it that is at hand. */
interface Operand extends MatrixOperand {
  readonly start: Local
}

interface RowNumbers {
  readonly mask: MatrixOperand | undefined
  readonly logSumExp: MatrixOperand
  readonly delta: MatrixOperand
}

/**
 * Products of queries and keys become weights exp(score - log Σ exp), and those of residuals and values become the residuals
 * of those products: scale · weight · (residual - delta).
 */
const weightsNest = (shape: AttentionShape, part: ScorePart, { mask, logSumExp, delta }: RowNumbers): Nest => {
  const { dtype } = shape
  const [nest] = nestsOf([part.rows, part.columns], [], (at, elements) => {
    const [row, column] = at as readonly [Index, Index]
    const place = add(scale(row, part.rowStride), column)
    const query = add(row, constant(part.rowFrom))
    const ofRow = (name: number, operand: MatrixOperand) => elements.load(dtype, name, along(query, operand.rows))
    const negated = (element: ReturnType<typeof ofRow>) => elements.operation(dtype, "neg", [element])
    const score = scoreOf(elements, shape, part, mask, [row, column])
    const shifted = elements.operation(dtype, "add", [score, negated(ofRow(nested.logSumExp, logSumExp))])
    const weight = elements.operation(dtype, "exp", [shifted])
    const arrived = elements.load(dtype, nested.second, place)
    const difference = elements.operation(dtype, "add", [arrived, negated(ofRow(nested.delta, delta))])
    const product = elements.operation(dtype, "mul", [weight, difference])
    const scaled = elements.operation(dtype, "mul", [product, elements.number(dtype, shape.scale)])
    return {
      passes: [
        {
          reductions: [],
          stores: [
            { id: nested.first, place, element: weight },
            { id: nested.second, place, element: scaled }
          ]
        }
      ],
      rowStores: []
    }
  })
  return nest as Nest
}
