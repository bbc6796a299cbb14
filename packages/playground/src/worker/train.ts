import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type { BackendName, ModelName } from "../protocol/names.ts"
import type { Unaddressed } from "../protocol/report.ts"
import { backendLayer } from "./backendLayer.ts"
import { learn } from "./learn.ts"
import { tasks } from "./task/tasks.ts"
import type { Tell } from "./tell.ts"

interface Tagged {
  readonly _tag: string
  readonly message: string
}

/** What is to be trained, and what must have ended before. */
export interface Run {
  readonly model: ModelName
  readonly backend: BackendName
  readonly before: Effect.Effect<void>
}

/** Trains a model on a backend, to its end or until it is interrupted, and tells everything, how it ended too. */
export const train = ({ model, backend, before }: Run, tell: Tell): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* before
    tell({ _tag: "Preparing", what: "data" })
    const task = yield* tasks[model](tell)
    yield* learn(task, tell).pipe(Effect.provide(backendLayer(backend)))
  }).pipe(
    Effect.onExit((exit) => Effect.sync(() => tell(endOf(exit)))),
    Effect.exit,
    Effect.asVoid
  )

const endOf = (exit: Exit.Exit<void, Tagged>): Unaddressed => {
  if (Exit.isSuccess(exit)) return { _tag: "Ended", how: "finished" }
  const { cause } = exit
  const error = Cause.findError(cause)
  if (Result.isSuccess(error)) return { _tag: "Failed", tag: error.success._tag, message: error.success.message }
  if (Cause.hasDies(cause)) return { _tag: "Failed", tag: "Defect", message: String(Cause.squash(cause)) }
  return { _tag: "Ended", how: "stopped" }
}
