import { meanProfile, type Profile, printProfile } from "@residual/backends"
import { feed, shuffledWindows } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { backendLayer } from "../backend.ts"
import { line, Output } from "../output.ts"
import { nextCharacter } from "../train/character.ts"
import { readTask } from "../train/task.ts"
import { keysOf, makeCharacterTrainer } from "../train/trainer.ts"
import type { ProfileSettings } from "./settings.ts"

/** The learning rate, on which no time depends. */
const rate = 1e-3

/** `residual profile`: makes steps of what `residual train` trains, and shows where their time goes. */
export const profileTraining = (settings: ProfileSettings) =>
  Effect.gen(function* () {
    const { context, batch, steps, repeat } = settings
    const { options, tokens } = yield* readTask(settings)
    const output = yield* Output
    const [, key] = keysOf(settings)
    const measured = Effect.gen(function* () {
      const { step, optimiser } = yield* makeCharacterTrainer(settings, nextCharacter(options, batch))
      // Steps before are timed as well: a device prepares for that by itself.
      return yield* shuffledWindows(tokens, { context, batch, key }).pipe(
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
    const [first, ...others] = yield* Effect.scoped(measured).pipe(Effect.provide(backendLayer(settings)))
    const profile = meanProfile([first as Profile, ...others])
    if (!settings.json) return yield* line(output, printProfile(profile, { grouped: !settings.regions }))
    for (const kernel of profile.kernels) yield* line(output, JSON.stringify({ event: "kernel", ...kernel }))
    const { device, milliseconds } = profile
    yield* line(output, JSON.stringify({ event: "profiled", device, milliseconds, steps: repeat }))
  })
