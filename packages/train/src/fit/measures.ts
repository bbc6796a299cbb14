import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { EventOf } from "./trainingEvent.ts"

const loss = Metric.gauge("residual_training_loss", { description: "The loss of the last step" })
const gradientNorm = Metric.gauge("residual_training_gradient_norm", {
  description: "The norm of the last step's gradients, before they were clipped"
})
const rate = Metric.gauge("residual_training_rate", { description: "The rate of the last step" })
const learnedElements = Metric.counter("residual_training_elements", {
  description: "Elements that steps learned to predict"
})
const stepSeconds = Metric.histogram("residual_training_step_seconds", {
  description: "How long steps take, in seconds",
  boundaries: Metric.exponentialBoundaries({ start: 1e-5, factor: 4, count: 12 })
})
const heldOutLoss = Metric.gauge("residual_evaluation_loss", { description: "The last loss on held-out data" })
const deviceBytes = Metric.gauge("residual_device_bytes", { description: "Bytes that are live on the device" })

/** Tells Effect's metrics what a step measured, and gives it on. */
export const measureStep = (event: EventOf<"step">): Effect.Effect<EventOf<"step">> =>
  Effect.withFiber(({ context }) => {
    loss.updateUnsafe(event.loss, context)
    gradientNorm.updateUnsafe(event.gradientNorm, context)
    rate.updateUnsafe(event.rate, context)
    learnedElements.updateUnsafe(event.tokens, context)
    stepSeconds.updateUnsafe(event.seconds, context)
    return Effect.succeed(event)
  })

/** Tells Effect's metrics the loss on held-out data. */
export const measureEvaluation = (value: number): Effect.Effect<void> => Metric.update(heldOutLoss, value)

/** Tells Effect's metrics how much the device holds. */
export const measureMemory = (liveBytes: Effect.Effect<number>): Effect.Effect<void> =>
  Effect.flatMap(liveBytes, (bytes) => Metric.update(deviceBytes, bytes))
