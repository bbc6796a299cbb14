import type { Reply } from "../measuring/reply.ts"
import { median } from "../measuring/sample.ts"
import type { Row } from "../row.ts"

/** What all rounds found of a case and a system. */
export interface Summary {
  readonly case: string
  readonly system: string
  readonly host: string | undefined
  readonly threads: number
  readonly own: boolean
  /** The median of the rounds' medians, and the fastest sample of all, in milliseconds. */
  readonly milliseconds: number
  readonly fastest: number
  /** The median, over rounds, of the time relative to the baseline's of the same round. */
  readonly ratio: number | undefined
  /** The same of what comes before a first result: compiling, and the first call. */
  readonly coldRatio: number | undefined
  /** Of the rounds that were measured. */
  readonly replies: ReadonlyArray<Reply>
  /** Why a round was not. */
  readonly failure: string | undefined
}

const isOf = (row: Row, other: Row): boolean =>
  row.case === other.case && row.system === other.system && row.host === other.host && row.threads === other.threads

type Read = (reply: Reply) => number

const medianTime: Read = ({ milliseconds }) => milliseconds.median

/** Compiling and the first call, in milliseconds. */
export const coldTime: Read = ({ cold: { compile = 0, first } }) => compile + first

/** The row that others are compared with: the first of this framework's of the same case, round and host. */
const baselineOf = (rows: ReadonlyArray<Row>, { case: name, round, host }: Row): Row | undefined =>
  rows.find((row) => row.own && row.case === name && row.round === round && row.host === host)

/** The median of the ratios to the baseline's, over the rounds in which both were measured. */
const ratioOf = (rows: ReadonlyArray<Row>, own: ReadonlyArray<Row>, read: Read): number | undefined => {
  const ratios = own.flatMap((row) => {
    const [found, baseline] = [row, baselineOf(rows, row)].map((each) =>
      each?.result.kind === "measured" ? read(each.result.reply) : undefined
    )
    return found === undefined || baseline === undefined ? [] : [found / baseline]
  })
  return ratios.length === 0 ? undefined : median(ratios)
}

/** Brings the rounds together: a summary of each case and system, in the order in which they come first. */
export const summarise = (rows: ReadonlyArray<Row>): ReadonlyArray<Summary> => {
  const firsts = rows.filter((row) => rows.find((other) => isOf(other, row)) === row)
  return firsts.map((first) => {
    const own = rows.filter((row) => isOf(row, first))
    const replies = own.flatMap(({ result }) => (result.kind === "measured" ? [result.reply] : []))
    const failed = own.find(({ result }) => result.kind === "failed")?.result
    return {
      case: first.case,
      system: first.system,
      host: first.host,
      threads: first.threads,
      own: first.own,
      milliseconds: median(replies.map(({ milliseconds }) => milliseconds.median)),
      fastest: Math.min(...replies.map(({ milliseconds }) => milliseconds.fastest)),
      ratio: ratioOf(rows, own, medianTime),
      coldRatio: ratioOf(rows, own, coldTime),
      replies,
      failure: failed?.kind === "failed" ? failed.reason : undefined
    }
  })
}
