import type { Case } from "../../cases/caseList.ts"
import type { Reply } from "../../measuring/reply.ts"
import { medianCell, ratioCell, resultCell } from "../../report/cells.ts"
import { markdownTable, numbers, words } from "../../report/markdownTable.ts"
import { bytes, threeDigits } from "../../report/quantity.ts"
import { coldTime, type Summary, summarise } from "../../report/summary.ts"
import type { Row } from "../../row.ts"
import type { WorkName } from "../counting/work.ts"

const speedColumns = [
  words("system"),
  words("in"),
  numbers("cold first step, ms"),
  numbers("cold / baseline"),
  numbers("warm step, ms"),
  numbers("fastest, ms"),
  numbers("time / baseline"),
  words("result")
]

const speedRow = (measured: Case, summary: Summary): ReadonlyArray<string> => {
  const { system, host = "", milliseconds, fastest, ratio, coldRatio, replies } = summary
  if (replies.length === 0) return [system, host, "", "", "", "", "", resultCell(measured, summary)]
  const differing = replies.some(({ gpu }) => gpu?.steady === false) ? "steps differ" : undefined
  return [
    system,
    host,
    medianCell(replies, coldTime, threeDigits),
    ratioCell(coldRatio),
    threeDigits(milliseconds),
    threeDigits(fastest),
    ratioCell(ratio),
    resultCell(measured, summary, differing)
  ]
}

/** The counts of a warm step that have a column, and how each is written. */
const counts: ReadonlyArray<readonly [name: WorkName, title: string, write: (value: number) => string]> = [
  ["dispatches", "dispatches", String],
  ["submits", "submits", String],
  ["passes", "passes", String],
  ["pipelines", "pipelines", String],
  ["newPipelines", "new pipelines", String],
  ["bindGroups", "new bind groups", String],
  ["buffers", "new buffers", String],
  ["allocatedBytes", "allocated", bytes],
  ["writtenBytes", "written", bytes],
  ["copiedBytes", "copied", bytes],
  ["readBytes", "read", bytes]
]

const workColumns = [
  words("case"),
  words("system"),
  words("in"),
  ...counts.map(([, title]) => numbers(title)),
  numbers("pipelines made before")
]

/** The most of a count in all rounds. */
const most = (replies: ReadonlyArray<Reply>, name: WorkName): number =>
  Math.max(...replies.map(({ gpu }) => gpu?.warm[name] ?? 0))

const workRow = ({ case: name, system, host = "", replies }: Summary): ReadonlyArray<string> => [
  name,
  system,
  host,
  ...counts.map(([count, , write]) => write(most(replies, count))),
  medianCell(replies, ({ gpu }) => gpu?.cold.newPipelines, String)
]

/** The adapters that systems computed on, by host. */
const adaptersOf = (rows: ReadonlyArray<Row>): string => {
  const found = rows.flatMap(({ host = "", result }) =>
    result.kind === "measured" ? (result.reply.gpu?.adapters ?? []).map((name) => `${name} in ${host}`) : []
  )
  return [...new Set(found)].join(", ")
}

/**
 * Everything that was found on GPUs, as Markdown: a table of times for each case, and one of what the GPU is asked to do
 * in a warm step.
 */
export const gpuReport = (cases: ReadonlyArray<Case>, rows: ReadonlyArray<Row>): string => {
  const summaries = summarise(rows)
  const rounds = Math.max(0, ...rows.map(({ round }) => round))
  const baseline = rows.find(({ own }) => own)?.system
  const sections = cases.flatMap((measured) => {
    const own = summaries.filter(({ case: name }) => name === measured.name)
    if (own.length === 0) return []
    const table = markdownTable(
      speedColumns,
      own.map((summary) => speedRow(measured, summary))
    )
    return [`### ${measured.name}: ${measured.title}`, table]
  })
  const work = markdownTable(workColumns, summaries.filter(({ replies }) => replies.length > 0).map(workRow))
  const basis = baseline === undefined ? "" : ` The baseline is ${baseline}, in the same round and host.`
  const head = `Rounds: ${rounds}. Adapters: ${adaptersOf(rows)}.${basis}`
  return `${[head, ...sections, "### What a warm step asks of the GPU", work].join("\n\n")}\n`
}
