import { meanProfile, type Profile, printProfile } from "@residual/backends"
import { feed } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { readConfiguration } from "../configuration/readConfiguration.ts"
import { line, Output } from "../output.ts"
import { keysOf } from "../task/keys.ts"
import { openTask } from "../task/openTask.ts"
import { learningBatches } from "../task/task.ts"
import { backendOf } from "../training/backendOf.ts"
import { openTrainer } from "../training/openTrainer.ts"
import type { ProfileSettings } from "./settings.ts"

/** The learning rate, on which no time depends. */
const rate = 1e-3

/** `residual profile`: makes steps of what `residual train` trains, and shows where their time goes. */
export const profileTraining = ({ steps, repeat, regions, json, ...given }: ProfileSettings) =>
  Effect.gen(function* () {
    const configuration = yield* readConfiguration(given)
    const task = yield* openTask(configuration)
    const output = yield* Output
    const { order: key } = keysOf(configuration.seed)
    const measured = Effect.gen(function* () {
      const { step, optimiser } = yield* openTrainer(configuration, task)
      // Steps before are timed as well: a device prepares for that by itself.
      return yield* learningBatches(task, { batch: configuration.training.batch, key, from: 0 }).pipe(
        Stream.take(steps + repeat),
        Stream.zipWithIndex,
        Stream.mapEffect(([batch, at]) => {
          const scalars = optimiser.scalars({ rate, step: at })
          return Effect.andThen(Effect.yieldNow, step.profile(feed(step, batch, { key, step: at, scalars })))
        }),
        Stream.drop(steps),
        Stream.runCollect
      )
    })
    const [first, ...others] = yield* Effect.scoped(measured).pipe(Effect.provide(backendOf(configuration)))
    const profile = meanProfile([first as Profile, ...others])
    if (!json) return yield* line(output, printProfile(profile, { grouped: !regions }))
    for (const kernel of profile.kernels) yield* line(output, JSON.stringify({ event: "kernel", ...kernel }))
    const { device, milliseconds } = profile
    yield* line(output, JSON.stringify({ event: "profiled", device, milliseconds, steps: repeat }))
  })
