import { Effect, Schema } from "effect"
import type { Case } from "./cases/caseList.ts"
import { Reply } from "./measuring/reply.ts"
import type { SamplingPlan } from "./measuring/samplingPlan.ts"
import type { Row } from "./row.ts"
import { ProcessFailure, runProcess } from "./systems/runProcess.ts"
import type { System } from "./systems/system.ts"

/** What is measured, and how often. */
export interface Rounds {
  readonly cases: ReadonlyArray<Case>
  readonly systems: ReadonlyArray<System>
  readonly rounds: number
  readonly planOf: (measured: Case, system: System) => SamplingPlan
}

/** One process that measures. */
interface Turn {
  readonly round: number
  readonly measured: Case
  readonly system: System
}

/** Every system takes its turn with a case before the next case comes, so that what is compared is close in time. */
export const turnsOf = ({ cases, systems, rounds }: Omit<Rounds, "planOf">): ReadonlyArray<Turn> =>
  Array.from({ length: rounds }, (_, at) => at + 1).flatMap((round) =>
    cases.flatMap((measured) =>
      systems.filter((system) => system.covers(measured)).map((system) => ({ round, measured, system }))
    )
  )

/** How long one process may take. */
const limit = "15 minutes"

const decodeReply = Schema.decodeUnknownEffect(Schema.fromJsonString(Reply))

const resultOf = ({ measured, system }: Turn, plan: SamplingPlan): Effect.Effect<Row["result"]> => {
  const command = system.command({ case: measured.name, plan })
  const { program } = command
  return runProcess(command).pipe(
    Effect.timeoutOrElse({
      duration: limit,
      orElse: () => Effect.fail(new ProcessFailure({ program, reason: `not done after ${limit}` }))
    }),
    Effect.flatMap((stdout) => decodeReply(stdout.trim().split("\n").at(-1))),
    Effect.match({
      onSuccess: (reply) => ({ kind: "measured", reply }) as const,
      onFailure: (error) => ({
        kind: "failed" as const,
        reason: error._tag === "ProcessFailure" ? error.reason : `its reply is not one: ${error.message}`
      })
    })
  )
}

/** Runs all rounds, a process at a time, and tells of each row as it comes. */
export const runRounds = <E, R>(
  rounds: Rounds,
  tell: (row: Row) => Effect.Effect<void, E, R>
): Effect.Effect<ReadonlyArray<Row>, E, R> =>
  Effect.forEach(turnsOf(rounds), (turn) =>
    Effect.gen(function* () {
      const { round, measured, system } = turn
      const { name, host, threads, own } = system
      const result = yield* resultOf(turn, rounds.planOf(measured, system))
      const row = {
        round,
        case: measured.name,
        system: name,
        ...(host !== undefined && { host }),
        threads,
        own,
        result
      }
      yield* tell(row)
      return row
    })
  )
