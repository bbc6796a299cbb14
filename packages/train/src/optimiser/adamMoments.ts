import { op } from "@residual/core"
import { biasCorrection } from "./biasCorrection.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { addend, keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** What is said of the two means that Adam and its relatives keep. */
export interface MomentOptions {
  /** How much of the gradient's mean is kept: 0.9 by default. */
  readonly beta1?: Setting
  /** How much of the squared gradient's mean is kept: 0.999 by default. */
  readonly beta2?: Setting
  /** Added to the denominator, at least 1e-30: 1e-8 by default. */
  readonly epsilon?: Setting
}

/** What `adam` and `adamW` are told beside their decay. */
export interface AdamMomentOptions extends MomentOptions {
  /** Whether the denominator is of the greatest mean so far (Reddi et al. 2018), so that it never falls: no by default. */
  readonly amsgrad?: boolean
}

/** The settings of the two means, as they are read at a step. */
export const momentsOf = (owner: string, { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: MomentOptions) => {
  const read = settingsOf(owner)
  return {
    beta1At: read("beta1", beta1, keptShare),
    beta2At: read("beta2", beta2, keptShare),
    epsilonAt: read("epsilon", epsilon, addend)
  }
}

/** Adam without any decay: `p ← p − rate·(m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)`. */
export const adamMoments = (owner: string, options: AdamMomentOptions): Optimiser => {
  const { amsgrad = false } = options
  const { beta1At, beta2At, epsilonAt } = momentsOf(owner, options)
  return eachParameter({
    scalars: ({ rate, step }) => {
      const [beta1, beta2] = [beta1At(step), beta2At(step)]
      // With c the root of the square's correction, m / (√v / c + ε) is c·m / (√v + c·ε).
      const root = Math.sqrt(biasCorrection(beta2, step))
      return {
        size: (rate * root) / biasCorrection(beta1, step),
        newMean: 1 - beta1,
        newSquare: 1 - beta2,
        epsilon: epsilonAt(step) * root
      }
    },
    state: amsgrad ? ["mean", "square", "greatest"] : ["mean", "square"],
    next: ({ value, gradient, state, scalars }) => {
      const mean = towards(state.mean, gradient, scalars.newMean)
      const square = towards(state.square, op.mul(gradient, gradient), scalars.newSquare)
      const greatest = amsgrad ? op.maximum(state.greatest, square) : square
      const moved = op.div(op.mul(mean, scalars.size), op.add(op.sqrt(greatest), scalars.epsilon))
      return { value: op.sub(value, moved), state: { mean, square, greatest } }
    }
  })
}
