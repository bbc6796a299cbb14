import { writeFileSync } from "node:fs"
import { Console, Data, Effect } from "effect"
import { Command } from "effect/cli"
import type { Case } from "./cases/caseList.ts"
import { machine } from "./machine.ts"
import { type SamplingPlan, samplingPlans } from "./measuring/samplingPlan.ts"
import { threeDigits } from "./report/quantity.ts"
import { defects, report } from "./report/report.ts"
import { verdict } from "./report/verdict.ts"
import { runRounds } from "./rounds.ts"
import type { Row } from "./row.ts"
import { settings } from "./settings.ts"
import type { BackendName } from "./systems/backendLayer.ts"
import { ownSystems } from "./systems/ownSystems.ts"
import { installPeer } from "./systems/peerPackages.ts"
import { type PeerName, peerSystems } from "./systems/peerSystems.ts"
import { runProcess } from "./systems/runProcess.ts"
import type { System } from "./systems/system.ts"

/** What was asked for, as the flags say it. */
interface Settings {
  readonly only: ReadonlyArray<Case>
  readonly backend: BackendName
  readonly threads: ReadonlyArray<number>
  readonly rounds: number | undefined
  readonly peers: ReadonlyArray<PeerName>
  readonly quick: boolean
  readonly relaxedSimd: boolean | undefined
  readonly fast: boolean | undefined
  readonly python: string
  readonly json: string | undefined
}

/** Cases that were not computed, or computed wrongly. */
export class WrongResults extends Data.TaggedError("WrongResults")<{ readonly cases: ReadonlyArray<string> }> {
  override get message(): string {
    return `not computed, or computed wrongly: ${this.cases.join(", ")}`
  }
}

/** Makes a peer ready; one that is not to be had is left out, and that is said. */
const ready = (name: PeerName, { threads, python }: Settings): Effect.Effect<ReadonlyArray<System>> => {
  const preparation =
    name === "torch" ? runProcess({ program: python, args: ["-c", "import torch"] }) : installPeer(name)
  return preparation.pipe(
    Effect.as(peerSystems(name, threads, python)),
    Effect.catch((error) => Effect.as(Console.error(`${name} is not there: ${error.message}`), []))
  )
}

const planOf = ({ backend, quick }: Settings, { operations }: Case, { own }: System): SamplingPlan => {
  // What computes nothing is as fast beside the reference as beside any backend.
  if (own && backend === "reference" && operations > 0) return samplingPlans.once
  return quick ? samplingPlans.quick : samplingPlans.usual
}

/** One line on how a row came out. */
const progress = (cases: ReadonlyArray<Case>, rounds: number, row: Row): string => {
  const { round, case: name, system, threads, result } = row
  const head = `round ${round}/${rounds}  ${name}  ${system}, ${threads} ${threads === 1 ? "thread" : "threads"}`
  if (result.kind === "failed") return `${head}  failed: ${result.reason}`
  const measured = cases.find((each) => each.name === name)
  const judged = measured && verdict(measured, result.reply)
  const time = `${threeDigits(result.reply.milliseconds.median)} ms`
  return [head, time, ...(judged === undefined ? [] : [judged.text])].join("  ")
}

const run = (given: Settings) =>
  Effect.gen(function* () {
    const { only: cases, backend, quick } = given
    const rounds = given.rounds ?? (quick || backend === "reference" ? 1 : 3)
    const peers = yield* Effect.forEach(given.peers, (name) => ready(name, given))
    const systems = [...ownSystems(given), ...peers.flat()]
    const rows = yield* runRounds(
      { cases, systems, rounds, planOf: (measured, system) => planOf(given, measured, system) },
      (row) => Console.error(progress(cases, rounds, row))
    )
    const { json } = given
    if (json !== undefined) {
      const { only, ...asked } = given
      const settings = { ...asked, rounds, only: only.map(({ name }) => name) }
      yield* Effect.sync(() =>
        writeFileSync(json, `${JSON.stringify({ machine: machine(), settings, rows }, undefined, 1)}\n`)
      )
    }
    yield* Console.log(report(cases, rows).trimEnd())
    const wrong = defects(cases, rows)
    if (wrong.length > 0) return yield* Effect.fail(new WrongResults({ cases: wrong }))
  })

/** The command of `npm run bench`. */
export const bench = Command.make("bench", settings, run).pipe(
  Command.withDescription("Measure Residual, and others beside it"),
  Command.withExamples([
    { command: "npm run -s bench", description: "Everything, on one thread and on two" },
    { command: "npm run -s bench -- --only W1,W5 --peers tfjs,jaxjs", description: "Two workloads beside others" }
  ])
)
