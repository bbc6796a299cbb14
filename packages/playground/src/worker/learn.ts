import type { Backend, ProgramCache } from "@residual/backends"
import { adamW, decaysOf, type FitError, fit, makeTrainer, type TrainingEvent, warmupCosine } from "@residual/train"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { nextDemonstration } from "./nextDemonstration.ts"
import { paced } from "./paced.ts"
import type { Task } from "./task/task.ts"
import type { Tell } from "./tell.ts"

type StepEvent = Extract<TrainingEvent, { readonly event: "step" }>

/** Milliseconds between reports of steps: more often would be lost on whoever looks at them. */
const reportEvery = 50

/** Trains a task's model on the backend at hand, and tells how it goes. */
export const learn = (task: Task, tell: Tell): Effect.Effect<void, FitError, Backend | ProgramCache> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { objective, batches, steps, rate, parametersKey, stepsKey: key } = task
      tell({ _tag: "Preparing", what: "programs" })
      const trainer = yield* makeTrainer(objective, {
        optimiser: adamW({ beta2: 0.99, weightDecay: 0.1, decays: decaysOf(objective.model) }),
        clip: 1,
        key: parametersKey
      })
      const demonstrate = yield* task.demonstration(trainer)
      const made = paced<StepEvent>(reportEvery, (events) =>
        tell({
          _tag: "Stepped",
          losses: events.map(({ loss }) => loss),
          seconds: events.map(({ seconds }) => seconds)
        })
      )
      let next = 1
      const show = (event: TrainingEvent) => {
        switch (event.event) {
          case "started":
            tell({ _tag: "Started", parameters: event.parameters, steps })
            return Effect.void
          case "step":
            made.add(event)
            if (event.step < next && event.step < steps) return Effect.void
            next = nextDemonstration(event.step)
            made.flush()
            return demonstrate(event.step)
          default:
            return Effect.void
        }
      }
      const rateAt = warmupCosine({ peak: rate, floor: rate / 10, warmup: Math.ceil(steps / 20), steps })
      yield* fit(trainer, { batches, rate: rateAt, steps, key }).pipe(
        Stream.runForEach((event) => Effect.suspend(() => show(event))),
        Effect.ensuring(Effect.sync(made.flush))
      )
    })
  )
