import type { Case } from "../cases/caseList.ts"
import type { Reply } from "../measuring/reply.ts"
import { median } from "../measuring/sample.ts"
import { threeDigits } from "./quantity.ts"
import type { Summary } from "./summary.ts"
import { verdict } from "./verdict.ts"

/** The first wrong verdict of all rounds, or else the first one. */
const verdictOf = (measured: Case, { replies }: Summary) => {
  const verdicts = replies.flatMap((reply) => verdict(measured, reply) ?? [])
  return verdicts.find(({ right }) => !right) ?? verdicts[0]
}

/** As much of a reason as a cell of a table holds. */
const shortened = (reason: string): string => `failed: ${reason.length > 80 ? `${reason.slice(0, 79)}…` : reason}`

/** Whether a system's results are right, what there is to say of them, and why a round was not measured. */
export const resultCell = (measured: Case, summary: Summary, ...notes: ReadonlyArray<string | undefined>): string => {
  const { failure } = summary
  const failed = failure === undefined ? undefined : shortened(failure)
  return [verdictOf(measured, summary)?.text, ...notes, failed].filter((text) => text !== undefined).join("; ")
}

/** How much a second is done of a case's work. */
export const rateCell = ({ work }: Case, milliseconds: number): string =>
  work === undefined ? "" : `${threeDigits((1000 * work.amount) / milliseconds)} ${work.unit}`

/** A ratio, where there is one. */
export const ratioCell = (ratio: number | undefined): string => (ratio === undefined ? "" : threeDigits(ratio))

/** The median of what some of the replies say, written in a unit. */
export const medianCell = (
  replies: ReadonlyArray<Reply>,
  read: (reply: Reply) => number | undefined,
  write: (value: number) => string
): string => {
  const values = replies.flatMap((reply) => read(reply) ?? [])
  return values.length === 0 ? "" : write(median(values))
}
