import type { Case } from "../cases/caseList.ts"
import type { Row } from "../row.ts"
import { medianCell, rateCell, ratioCell, resultCell } from "./cells.ts"
import { markdownTable, numbers, words } from "./markdownTable.ts"
import { bytes, threeDigits } from "./quantity.ts"
import { type Summary, summarise } from "./summary.ts"
import { verdict } from "./verdict.ts"

const speedColumns = [
  words("system"),
  numbers("threads"),
  numbers("median, ms"),
  numbers("fastest, ms"),
  numbers("rate"),
  numbers("time / baseline"),
  words("result")
]

const speedRow = (measured: Case, summary: Summary): ReadonlyArray<string> => {
  const { system, threads, milliseconds, fastest, ratio, replies } = summary
  if (replies.length === 0) return [system, String(threads), "", "", "", "", resultCell(measured, summary)]
  const note = replies.find((reply) => reply.note !== undefined)?.note
  return [
    system,
    String(threads),
    threeDigits(milliseconds),
    threeDigits(fastest),
    rateCell(measured, milliseconds),
    ratioCell(ratio),
    resultCell(measured, summary, note)
  ]
}

const costColumns = [
  words("case"),
  words("system"),
  numbers("threads"),
  numbers("import, ms"),
  numbers("start, ms"),
  numbers("compile, ms"),
  numbers("first call, ms"),
  numbers("arena"),
  numbers("live"),
  numbers("resident, code loaded"),
  numbers("resident, most")
]

const costRow = ({ case: name, system, threads, replies }: Summary): ReadonlyArray<string> => [
  name,
  system,
  String(threads),
  medianCell(replies, ({ cold }) => cold.import, threeDigits),
  medianCell(replies, ({ cold }) => cold.start, threeDigits),
  medianCell(replies, ({ cold }) => cold.compile, threeDigits),
  medianCell(replies, ({ cold }) => cold.first, threeDigits),
  medianCell(replies, ({ memory }) => memory.arena, bytes),
  medianCell(replies, ({ memory }) => memory.live, bytes),
  medianCell(replies, ({ memory }) => memory.residentBefore, bytes),
  medianCell(replies, ({ memory }) => memory.resident, bytes)
]

/** Says where threads were not pinned, if anywhere. */
const pinningNote = (rows: ReadonlyArray<Row>): ReadonlyArray<string> =>
  rows.some(({ result }) => result.kind === "measured" && result.reply.pinned === false)
    ? ["Threads were not pinned to processors: that takes Linux, `taskset` and two processors."]
    : []

/** Everything that was found, as Markdown: a table for each case, and one of cold starts and memory. */
export const report = (cases: ReadonlyArray<Case>, rows: ReadonlyArray<Row>): string => {
  const summaries = summarise(rows)
  const rounds = Math.max(0, ...rows.map(({ round }) => round))
  const baseline = rows.find(({ own }) => own)
  const sections = cases.flatMap((measured) => {
    const own = summaries.filter(({ case: name }) => name === measured.name)
    if (own.length === 0) return []
    const table = markdownTable(
      speedColumns,
      own.map((summary) => speedRow(measured, summary))
    )
    return [`### ${measured.name}: ${measured.title}`, table]
  })
  const costs = markdownTable(costColumns, summaries.filter(({ replies }) => replies.length > 0).map(costRow))
  const basis =
    baseline === undefined
      ? []
      : [`Rounds: ${rounds}. The baseline is ${baseline.system} on ${baseline.threads} thread(s), in the same round.`]
  return `${[...basis, ...pinningNote(rows), ...sections, "### Cold start and memory", costs].join("\n\n")}\n`
}

/** The cases that this framework did not compute, or computed wrongly. */
export const defects = (cases: ReadonlyArray<Case>, rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const wrong = rows.filter(({ own, case: name, result }) => {
    const measured = cases.find((each) => each.name === name)
    if (!own || measured === undefined) return false
    return result.kind === "failed" || verdict(measured, result.reply)?.right === false
  })
  return [...new Set(wrong.map(({ case: name }) => name))]
}
