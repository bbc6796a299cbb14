import { writeFileSync } from "node:fs"
import { Console, Data, Effect } from "effect"
import { Command } from "effect/cli"
import { type Case, casesOf } from "./cases/caseList.ts"
import { machine } from "./machine.ts"
import { type SamplingPlan, samplingPlans } from "./measuring/samplingPlan.ts"
import { threeDigits } from "./report/quantity.ts"
import { defects, report } from "./report/report.ts"
import { verdict } from "./report/verdict.ts"
import { runRounds } from "./rounds.ts"
import type { Row } from "./row.ts"
import { settings } from "./settings.ts"
import { type Choice, chosenSystems } from "./systems/chosenSystems.ts"
import type { System } from "./systems/system.ts"
import { gpuReport } from "./webgpu/report/gpuReport.ts"
import { gpuCasesOf } from "./webgpu/systems/gpuCases.ts"

/** What was asked for, as the flags say it. */
interface Settings extends Choice {
  readonly only: ReadonlyArray<string>
  readonly rounds: number | undefined
  readonly quick: boolean
  readonly json: string | undefined
}

/** Cases that were not computed, or computed wrongly. */
export class WrongResults extends Data.TaggedError("WrongResults")<{ readonly cases: ReadonlyArray<string> }> {
  override get message(): string {
    return `not computed, or computed wrongly: ${this.cases.join(", ")}`
  }
}

const planOf = ({ webgpu, backend, quick }: Settings, { operations }: Case, { own }: System): SamplingPlan => {
  if (webgpu) return samplingPlans.gpu
  // What computes nothing is as fast beside the reference as beside any backend.
  if (own && backend === "reference" && operations > 0) return samplingPlans.once
  return quick ? samplingPlans.quick : samplingPlans.usual
}

/** One line on how a row came out. */
const progress = (cases: ReadonlyArray<Case>, rounds: number, row: Row): string => {
  const { round, case: name, system, host, threads, result } = row
  const where = host ?? `${threads} ${threads === 1 ? "thread" : "threads"}`
  const head = `round ${round}/${rounds}  ${name}  ${system}, ${where}`
  if (result.kind === "failed") return `${head}  failed: ${result.reason}`
  const measured = cases.find((each) => each.name === name)
  const judged = measured && verdict(measured, result.reply)
  const time = `${threeDigits(result.reply.milliseconds.median)} ms`
  const { gpu } = result.reply
  const counted = gpu && `${gpu.warm.dispatches} dispatches in ${gpu.warm.submits} submits`
  return [head, time, counted, judged?.text].filter((text) => text !== undefined).join("  ")
}

const run = (given: Settings) =>
  Effect.gen(function* () {
    const { only, webgpu, backend, quick } = given
    const cases = webgpu ? gpuCasesOf(only) : casesOf(only)
    const rounds = given.rounds ?? (quick || backend === "reference" ? 1 : 3)
    const systems = yield* chosenSystems(given)
    const rows = yield* runRounds(
      { cases, systems, rounds, planOf: (measured, system) => planOf(given, measured, system) },
      (row) => Console.error(progress(cases, rounds, row))
    )
    const { json } = given
    if (json !== undefined) {
      const settings = { ...given, rounds, only: cases.map(({ name }) => name) }
      yield* Effect.sync(() =>
        writeFileSync(json, `${JSON.stringify({ machine: machine(), settings, rows }, undefined, 1)}\n`)
      )
    }
    yield* Console.log((webgpu ? gpuReport : report)(cases, rows).trimEnd())
    const wrong = defects(cases, rows)
    if (wrong.length > 0) return yield* Effect.fail(new WrongResults({ cases: wrong }))
  })

/** The command of `npm run bench`. */
export const bench = Command.make("bench", settings, run).pipe(
  Command.withDescription("Measure Residual, and others beside it"),
  Command.withExamples([
    { command: "npm run -s bench", description: "Everything, on one thread and on two" },
    { command: "npm run -s bench -- --only W1,W5 --peers tfjs,jaxjs", description: "Two workloads beside others" },
    { command: "npm run -s bench -- --webgpu --peers tfjs,jaxjs", description: "On WebGPU in Chromium, beside others" }
  ])
)
