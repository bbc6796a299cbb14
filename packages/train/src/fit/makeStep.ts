import { type BackendError, Tensor } from "@residual/backends"
import type { HostRandom } from "@residual/core"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import { type Batch, elementsOf } from "../data/batch.ts"
import type { Rate } from "../rate/rate.ts"
import { feeder } from "./feed.ts"
import type { Trainer } from "./trainer.ts"
import { TrainingError } from "./trainingError.ts"
import type { TrainingEvent } from "./trainingEvent.ts"

/** What a run tells of one step. */
export type StepEvent = Extract<TrainingEvent, { readonly event: "step" }>

/** Makes one step: its number, counted from 0, and what it learns from. */
export type MakeStep = (step: number, batch: Batch) => Effect.Effect<StepEvent, TrainingError | BackendError>

const loss = Metric.gauge("residual_training_loss")
const gradientNorm = Metric.gauge("residual_training_gradient_norm")
const learnedElements = Metric.counter("residual_training_elements")

/**
 * For how many nanoseconds steps may follow one another before whatever waits for its turn has it, a signal to stop among
 * them. To ask the event loop takes as long as a small step.
 */
const longestTurn = 1_000_000n

/**
 * The steps of a run. One costs little more than its program: where it need not wait and nobody traces, everything
 * beside the program is one operation of the fiber.
 */
export const makeStep = (
  { step: executable, optimiser }: Pick<Trainer, "step" | "optimiser">,
  { key, rate: rateAt }: { readonly key: HostRandom.HostKey; readonly rate: Rate },
  clock: Clock.Clock
): MakeStep => {
  const inputs = feeder(executable)
  let turn: bigint | undefined
  const take = (step: number, batch: Batch, before: bigint) =>
    Effect.withFiber((fiber) => {
      const rate = rateAt(step)
      const scalars = optimiser.scalars({ rate, step })
      const made = Effect.flatMap(executable.run(inputs(batch, { key, step, scalars })), (outputs) => {
        const number = (name: string): number => Tensor.toNumber(outputs[name] as Tensor.Tensor)
        const seconds = Number(clock.monotonicTimeNanosUnsafe() - before) / 1e9
        const measured = { step: step + 1, loss: number("loss"), gradientNorm: number("gradientNorm"), rate }
        if (number("committed") === 0) return Effect.fail(new TrainingError(measured))
        const tokens = elementsOf(batch)
        loss.updateUnsafe(measured.loss, fiber.context)
        gradientNorm.updateUnsafe(measured.gradientNorm, fiber.context)
        learnedElements.updateUnsafe(tokens, fiber.context)
        return Effect.succeed<StepEvent>({ event: "step", ...measured, tokens, seconds })
      })
      return isTraced(fiber) ? Effect.withSpan(made, "residual.step", { attributes: { step: step + 1 } }) : made
    })
  return (step, batch) => {
    const now = clock.monotonicTimeNanosUnsafe()
    if (turn !== undefined && now - turn < longestTurn) return take(step, batch, now)
    return Effect.flatMap(Effect.yieldNow, () => {
      turn = clock.monotonicTimeNanosUnsafe()
      return take(step, batch, turn)
    })
  }
}

// Nobody sees the spans of Effect's own tracer, which keeps none; making one takes as long as everything else here.
const isTraced = ({ cache: { tracer } }: Fiber.Fiber<unknown, unknown>): boolean =>
  tracer !== undefined && tracer !== Tracer.nativeTracer
