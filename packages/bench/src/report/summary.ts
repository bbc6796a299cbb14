import type { Reply } from "../measuring/reply.ts"
import { median } from "../measuring/sample.ts"
import type { Row } from "../row.ts"

/** What all rounds found of a case and a system. */
export interface Summary {
  readonly case: string
  readonly system: string
  readonly threads: number
  readonly own: boolean
  /** The median of the rounds' medians, and the fastest sample of all, in milliseconds. */
  readonly milliseconds: number
  readonly fastest: number
  /** The median, over rounds, of the time relative to the baseline's of the same round. */
  readonly ratio: number | undefined
  /** Of the rounds that were measured. */
  readonly replies: ReadonlyArray<Reply>
  /** Why a round was not. */
  readonly failure: string | undefined
}

const isOf = (row: Row, other: Pick<Row, "case" | "system" | "threads">): boolean =>
  row.case === other.case && row.system === other.system && row.threads === other.threads

const medianOf = (row: Row | undefined): number | undefined =>
  row?.result.kind === "measured" ? row.result.reply.milliseconds.median : undefined

/** The row that others are compared with: the first of this framework's of the same case and round. */
const baselineOf = (rows: ReadonlyArray<Row>, { case: name, round }: Row): number | undefined =>
  medianOf(rows.find((row) => row.own && row.case === name && row.round === round))

/** Brings the rounds together: a summary of each case and system, in the order in which they come first. */
export const summarise = (rows: ReadonlyArray<Row>): ReadonlyArray<Summary> => {
  const firsts = rows.filter((row) => rows.find((other) => isOf(other, row)) === row)
  return firsts.map((first) => {
    const own = rows.filter((row) => isOf(row, first))
    const replies = own.flatMap(({ result }) => (result.kind === "measured" ? [result.reply] : []))
    const ratios = own.flatMap((row) => {
      const [time, baseline] = [medianOf(row), baselineOf(rows, row)]
      return time === undefined || baseline === undefined ? [] : [time / baseline]
    })
    const failed = own.find(({ result }) => result.kind === "failed")?.result
    return {
      case: first.case,
      system: first.system,
      threads: first.threads,
      own: first.own,
      milliseconds: median(replies.map(({ milliseconds }) => milliseconds.median)),
      fastest: Math.min(...replies.map(({ milliseconds }) => milliseconds.fastest)),
      ratio: ratios.length === 0 ? undefined : median(ratios),
      replies,
      failure: failed?.kind === "failed" ? failed.reason : undefined
    }
  })
}
