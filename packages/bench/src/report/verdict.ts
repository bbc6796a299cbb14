import type { Case } from "../cases/caseList.ts"
import type { Reply } from "../measuring/reply.ts"
import { threeDigits } from "./quantity.ts"

/** Whether what a system computed is what it should be, and what that was. */
export interface Verdict {
  readonly right: boolean
  readonly text: string
}

/** First losses are known to six digits. */
const lossTolerance = 1e-5

/** Far above the rounding of float32, and far below what a wrong element makes. */
const deviationTolerance = 1e-4

const mark = (right: boolean, text: string): Verdict => ({ right, text: right ? text : `WRONG: ${text}` })

const verdictOnLoss = (expected: number, { firstLoss, lastLoss }: Reply): Verdict => {
  if (typeof firstLoss !== "number" || typeof lastLoss !== "number") return mark(false, "a loss is not a number")
  const right = Math.abs(firstLoss - expected) <= lossTolerance * expected
  return mark(right, right ? `loss ${expected}` : `loss ${firstLoss}, not ${expected}`)
}

/** Judges what a reply says of a case's results; without anything to judge by there is no verdict. */
export const verdict = (measured: Case, reply: Reply): Verdict | undefined => {
  if (measured.firstLoss !== undefined) return verdictOnLoss(measured.firstLoss, reply)
  if (measured.tokens !== undefined && reply.tokens !== undefined) {
    const wrong = measured.tokens.findIndex((token, at) => token !== reply.tokens?.[at])
    return mark(wrong < 0, wrong < 0 ? `${measured.tokens.length} tokens` : `token ${wrong} is ${reply.tokens[wrong]}`)
  }
  if (reply.deviation === undefined) return undefined
  if (reply.deviation === null) return mark(false, "an element is not a number")
  return mark(reply.deviation <= deviationTolerance, `within ${threeDigits(reply.deviation)}`)
}
