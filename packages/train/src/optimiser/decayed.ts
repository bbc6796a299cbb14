import { type AnyExpr, op } from "@residual/core"
import { notNegative } from "../setting/checkSettings.ts"
import { type DecayOptions, pullOf } from "./decay.ts"
import type { ByPath, Optimiser } from "./optimiser.ts"
import { settingsOf } from "./setting.ts"

/** An optimiser that sees the decay times each parameter added to its gradient, as a penalty on squares would add it. */
export const decayGradients = (owner: string, options: DecayOptions, optimiser: Optimiser): Optimiser => {
  const { weightDecay = 0 } = options
  const decayAt = settingsOf(owner)("weightDecay", weightDecay, notNegative)
  if (weightDecay === 0) return optimiser
  const pull = pullOf(options)
  return {
    scalars: (time) => ({ ...optimiser.scalars(time), decay: pull.scalar(decayAt(time.step)) }),
    init: optimiser.init,
    update: (gradients, state, parameters, at) => {
      const pulled = mapMoving(gradients, parameters, (gradient, turn) =>
        op.add(gradient, pull.of(turn, decayIn(at.scalars, turn.value)))
      )
      return optimiser.update(pulled, state, parameters, at)
    }
  }
}

/** An optimiser beside which each parameter loses a share of itself, the rate times the decay. */
export const decayParameters = (owner: string, options: DecayOptions, optimiser: Optimiser): Optimiser => {
  const { weightDecay = 0 } = options
  const decayAt = settingsOf(owner)("weightDecay", weightDecay, notNegative)
  if (weightDecay === 0) return optimiser
  const pull = pullOf(options)
  return {
    scalars: (time) => ({ ...optimiser.scalars(time), decay: pull.scalar(time.rate * decayAt(time.step)) }),
    init: optimiser.init,
    update: (gradients, state, parameters, at) => {
      const next = optimiser.update(gradients, state, parameters, at)
      const pulled = mapMoving(gradients, parameters, (_, turn) =>
        op.sub(next.parameters[turn.path] as AnyExpr, pull.of(turn, decayIn(at.scalars, turn.value)))
      )
      return { parameters: { ...next.parameters, ...pulled }, state: next.state }
    }
  }
}

const decayIn = (scalars: ByPath, { type }: AnyExpr): AnyExpr => op.cast(scalars["decay"] as AnyExpr, type.dtype)

/** A value by path for each parameter that has a gradient. */
const mapMoving = (
  gradients: ByPath,
  parameters: ByPath,
  value: (gradient: AnyExpr, turn: { readonly path: string; readonly value: AnyExpr }) => AnyExpr
): ByPath =>
  Object.fromEntries(
    Object.entries(gradients).map(([path, gradient]) => [
      path,
      value(gradient, { path, value: parameters[path] as AnyExpr })
    ])
  )
