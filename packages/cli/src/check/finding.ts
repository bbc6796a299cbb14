import * as Effect from "effect/Effect"
import { CheckError } from "../commandError.ts"
import { line, Output } from "../output.ts"

/** One thing that was compared: which, how far off it is, and how far off it may be. */
export interface Finding {
  /** Findings of one group are told in one line. */
  readonly group: string
  readonly name: string
  /** `NaN` where there was nothing to compare. */
  readonly error: number
  readonly tolerance: number
  /** Why it could not be compared. */
  readonly reason?: string
}

/** Whether a finding is as it should be. */
export const hasPassed = ({ error, tolerance }: Finding): boolean => error <= tolerance

/** The one of two findings that is further beyond its tolerance, or nearer to it. */
export const worse = (a: Finding, b: Finding): Finding => {
  const excess = ({ error, tolerance }: Finding): number => {
    if (Number.isNaN(error)) return Number.POSITIVE_INFINITY
    return error === 0 ? 0 : error / tolerance
  }
  return excess(b) > excess(a) ? b : a
}

/** The findings of one group in a line. */
export interface GroupSummary {
  readonly group: string
  readonly passed: number
  readonly failed: number
  readonly worst: Finding
}

/** Findings by group, in the order in which groups first come. */
export const summarise = (findings: ReadonlyArray<Finding>): ReadonlyArray<GroupSummary> =>
  [...Map.groupBy(findings, ({ group }) => group)].map(([group, members]) => {
    const passed = members.filter(hasPassed).length
    return { group, passed, failed: members.length - passed, worst: members.reduce(worse) }
  })

const errorText = ({ error }: Finding): string => (Number.isNaN(error) ? "none" : error.toExponential(1))

const summaryLine = ({ group, passed, failed, worst }: GroupSummary, width: number): string => {
  const counted = `${passed} passed${failed > 0 ? `, ${failed} failed` : ""}`
  const why = failed > 0 ? `  (${worst.name}${worst.reason === undefined ? "" : `: ${worst.reason}`})` : ""
  return `${group.padEnd(width)}  worst error ${errorText(worst)}  ${counted}${why}`
}

const summaryJson = ({ group, passed, failed, worst }: GroupSummary): unknown => ({
  event: "checked",
  group,
  passed,
  failed,
  worst: {
    name: worst.name,
    error: Number.isFinite(worst.error) ? worst.error : null,
    tolerance: worst.tolerance,
    ...(worst.reason === undefined ? {} : { reason: worst.reason })
  }
})

/**
 * Prints the worst error of each group of findings, and how many passed and failed; fails where any failed. With `json`,
 * each is one object a line.
 */
export const report = (findings: ReadonlyArray<Finding>, json: boolean): Effect.Effect<void, CheckError> =>
  Effect.gen(function* () {
    const output = yield* Output
    const summaries = summarise(findings)
    const width = Math.max(0, ...summaries.map(({ group }) => group.length))
    for (const summary of summaries) {
      yield* line(output, json ? JSON.stringify(summaryJson(summary)) : summaryLine(summary, width))
    }
    const passed = findings.filter(hasPassed).length
    const failed = findings.length - passed
    yield* line(
      output,
      json ? JSON.stringify({ event: "finished", passed, failed }) : `${passed} passed, ${failed} failed`
    )
    if (failed > 0) return yield* Effect.fail(new CheckError({ failed }))
  })
