import { meanProfile, type Profile, printProfile } from "@residual/backends"
import { feed } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { readConfiguration } from "../configuration/readConfiguration.ts"
import { line, Output } from "../output.ts"
import { counted } from "../run/counted.ts"
import { keysOf } from "../task/keys.ts"
import { openTask } from "../task/openTask.ts"
import { orSayWhere } from "../task/orSayWhere.ts"
import { learningBatches } from "../task/task.ts"
import { backendOf } from "../training/backendOf.ts"
import { openTrainer } from "../training/openTrainer.ts"
import type { ProfileSettings } from "./settings.ts"

/** The learning rate, on which no time depends. */
const rate = 1e-3

/** `residual profile`: makes steps of what `residual train` trains, and shows where their time goes. */
export const profileTraining = ({ steps, repeat, regions, json, ...given }: ProfileSettings) =>
  Effect.gen(function* () {
    const read = yield* readConfiguration(given)
    // A step of several batches is as long as its parts, of which one is profiled.
    const configuration = { ...read, training: { ...read.training, accumulate: 1 } }
    const task = yield* orSayWhere(configuration, given, "--data")(openTask(configuration))
    const output = yield* Output
    const { order: key } = keysOf(configuration.seed)
    const measured = Effect.gen(function* () {
      const { step, optimiser } = yield* openTrainer(configuration, task)
      // Steps before are timed as well: a device prepares for that by itself.
      const batches = Stream.take(
        learningBatches(task, { batch: configuration.training.batch, key, from: 0 }),
        steps + repeat
      )
      return yield* (json ? batches : counted(batches, { of: steps + repeat, doing: "profiling", output })).pipe(
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
