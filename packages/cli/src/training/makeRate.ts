import {
  constantRate,
  cosineRestarts,
  exponentialRate,
  multiStepRate,
  oneCycle,
  polynomialRate,
  type Rate,
  stepRate,
  warmUp,
  warmupCosine
} from "@residual/train"
import type { Configuration } from "../configuration/configuration.ts"

type RateSettings = Configuration["rate"]

/** How many steps a rise takes that is given in steps, or as a share of those of the run. */
const stepsOf = (stepsOrShare: number, steps: number): number =>
  stepsOrShare < 1 ? Math.round(stepsOrShare * steps) : stepsOrShare

/** The rate that settings describe for a run of so many steps. */
export const makeRate = (settings: RateSettings, runSteps: number): Rate => {
  const { peak } = settings
  switch (settings.kind) {
    case "cosine": {
      const { floor, warmup, steps } = settings
      return warmupCosine({ peak, floor: floor * peak, warmup: stepsOf(warmup, runSteps), steps: steps ?? runSteps })
    }
    case "oneCycle": {
      const { initial, floor, rise, along } = settings
      return oneCycle({ peak, initial: initial * peak, floor: floor * peak, rise, along, steps: runSteps }).rate
    }
    default: {
      const warmup = stepsOf(settings.warmup, runSteps)
      const rate = afterWarmup(settings, warmup, runSteps)
      return warmup === 0 ? rate : warmUp(rate, { steps: warmup })
    }
  }
}

type Warmed = Exclude<RateSettings, { readonly kind: "cosine" | "oneCycle" }>

const afterWarmup = (settings: Warmed, warmup: number, runSteps: number): Rate => {
  const { peak: initial } = settings
  switch (settings.kind) {
    case "constant":
      return constantRate(initial)
    case "step":
      return stepRate({ initial, every: settings.every, factor: settings.factor })
    case "multiStep":
      return multiStepRate({ initial, at: settings.at, factor: settings.factor })
    case "exponential":
      return exponentialRate({ initial, factor: settings.factor })
    case "polynomial": {
      const { power, floor, steps } = settings
      const left = Math.max(1, (steps ?? runSteps) - warmup)
      return polynomialRate({ initial, power, floor: floor * initial, steps: left })
    }
    case "cosineRestarts": {
      const { every, growth, floor } = settings
      return cosineRestarts({ initial, steps: every, growth, floor: floor * initial })
    }
  }
}
