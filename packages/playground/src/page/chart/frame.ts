import type { Curve } from "../curve.ts"
import { type Scale, widened } from "./scale.ts"

/** What the horizontal axis counts. */
export type Axis = "step" | "time"

/** The values that a drawing spans. */
export interface Frame {
  readonly across: Scale
  readonly up: Scale
}

/** The most lines across a drawing, and the fewest steps and seconds along it. */
export const [tickCount, fewestSteps, fewestSeconds] = [5, 10, 1]

const greatest = (values: ReadonlyArray<number>, least: number): number =>
  values.reduce((most, value) => Math.max(most, value), least)

/** The least and the greatest of all losses, or what an empty drawing spans. */
const extent = (losses: ReadonlyArray<number>): readonly [low: number, high: number] => {
  const [first] = losses
  if (first === undefined) return [0, 5]
  return [losses.reduce((least, loss) => Math.min(least, loss), first), greatest(losses, first)]
}

/** The frame that holds all of some curves. */
export const frameOf = (curves: ReadonlyArray<Curve>, axis: Axis): Frame => {
  const made = greatest(
    curves.map(({ losses }) => losses.length),
    fewestSteps
  )
  const time = greatest(
    curves.map(({ seconds }) => seconds.at(-1) ?? 0),
    fewestSeconds
  )
  const [low, high] = widened(...extent(curves.flatMap(({ smoothed }) => smoothed)), tickCount)
  return {
    across:
      axis === "step" ? { low: 1, high: made, isLogarithmic: true } : { low: 0, high: time, isLogarithmic: false },
    up: { low, high, isLogarithmic: false }
  }
}

/** How much of the way to its next frame a drawing goes at once. */
const stride = 0.3

const towards = (from: number, to: number, span: number): number =>
  Math.abs(to - from) < span / 500 ? to : from + stride * (to - from)

const scaleTowards = (from: Scale, to: Scale): Scale => {
  const span = to.high - to.low
  return {
    low: towards(from.low, to.low, span),
    high: towards(from.high, to.high, span),
    isLogarithmic: to.isLogarithmic
  }
}

/** A frame on the way from one to another, which it reaches after some strides. */
export const frameTowards = (from: Frame, to: Frame): Frame => ({
  across: scaleTowards(from.across, to.across),
  up: scaleTowards(from.up, to.up)
})

const isSameScale = (a: Scale, b: Scale): boolean => a.low === b.low && a.high === b.high

/** Whether two frames of one axis are the same. */
export const isSameFrame = (a: Frame, b: Frame): boolean => isSameScale(a.across, b.across) && isSameScale(a.up, b.up)
