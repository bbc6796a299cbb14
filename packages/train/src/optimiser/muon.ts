import { type AnyExpr, op, TensorType } from "@residual/core"
import { checkSettings, counting } from "../setting/checkSettings.ts"
import { SettingError } from "../setting/settingError.ts"
import { adamW } from "./adamW.ts"
import type { DecayOptions } from "./decay.ts"
import { decayParameters } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import { grouped } from "./groups.ts"
import type { Optimiser } from "./optimiser.ts"
import { keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `muon`. `weightDecay` is the share of itself that a matrix loses for a rate of 1: 0 by default. */
export interface MuonOptions extends DecayOptions {
  /** How much of the gradient's mean is kept: 0.95 by default. */
  readonly momentum?: Setting
  /** Whether the direction looks ahead along the momentum: yes by default. */
  readonly nesterov?: boolean
  /** How many Newton-Schulz steps a direction takes: 5 by default. */
  readonly iterations?: number
  /**
   * What a direction of norm 1 is multiplied by, of a matrix with so many rows and columns: √max(1, columns / rows) by
   * default, since rows are a map's inputs here and columns its outputs. With `0.2·√max(rows, columns)` moves are as large
   * as those of `adamW` (Liu et al. 2025).
   */
  readonly scale?: (rows: number, columns: number) => number
  /**
   * Which parameters are moved by it, all of which must be matrices: all matrices by default. Embeddings and the last map of
   * a classifier are better left to `otherwise`.
   */
  readonly where?: (path: string, type: TensorType.TensorType) => boolean
  /** What moves the other parameters: `adamW` by default. `withRateScale` gives it a rate of its own. */
  readonly otherwise?: Optimiser
}

/**
 * Muon (Jordan et al. 2024): matrices move along the orthogonal matrix that is nearest to their momentum,
 * `m ← momentum·m + (1−momentum)·g`, `p ← p·(1 − rate·decay) − rate·scale·orthogonal(m)`, so that all directions of the
 * matrix learn equally fast. A few Newton-Schulz steps of the fifth degree find it nearly: singular values end between 0.7
 * and 1.2, apart from those that are less than a thousandth of the greatest. Throws a `SettingError` for settings out of
 * range; `init` and `update` throw one for a parameter that it is to move and that is no matrix, and where it is to move none.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adamW, muon, withRateScale } from "@residual/train"
 * const optimiser = muon({ otherwise: withRateScale(adamW(), 0.01) })
 * const state = optimiser.init({ weight: input("weight", [2, 3]), bias: input("bias", [3]) })
 * Object.entries(state).map(([name, values]) => `${name} of ${Object.keys(values)}`)
 * // => ["momentum of weight", "mean of bias", "square of bias"]
 * ```
 */
export const muon = (options: MuonOptions = {}): Optimiser => {
  const { where = (_, { shape }) => shape.length === 2, otherwise = adamW() } = options
  const refused = (given: string, expected: string): SettingError =>
    new SettingError({ owner: "muon", setting: "where", given, expected })
  const isMoved = (path: string, type: TensorType.TensorType): boolean => {
    const moved = where(path, type)
    if (moved && type.shape.length !== 2) throw refused(`true for ${path}, ${TensorType.print(type)}`, "matrices only")
    return moved
  }
  return grouped([{ where: isMoved, optimiser: matrices(options) }], otherwise, (_, rest) =>
    refused(`true for none of ${rest.join(", ")}`, "some matrices to move")
  )
}

/** The part of Muon that moves matrices. */
const matrices = (options: MuonOptions): Optimiser => {
  const { momentum = 0.95, nesterov = true, iterations = 5, scale = outputsToInputs } = options
  checkSettings("muon", { iterations: [counting, iterations] })
  const momentumAt = settingsOf("muon")("momentum", momentum, keptShare)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({ rate, momentum: momentumAt(step), newMomentum: 1 - momentumAt(step) }),
    state: ["momentum"],
    next: ({ value, gradient, state, scalars }) => {
      const next = towards(state.momentum, gradient, scalars.newMomentum)
      const direction = orthogonalised(nesterov ? towards(gradient, next, scalars.momentum) : next, iterations)
      const [rows, columns] = value.type.shape as readonly [number, number]
      const moved = op.mul(op.mul(direction, scale(rows, columns)), scalars.rate)
      return { value: op.sub(value, moved), state: { momentum: next } }
    }
  })
  return decayParameters("muon", options, rule)
}

const outputsToInputs = (rows: number, columns: number): number => Math.sqrt(Math.max(1, columns / rows))

/**
 * The orthogonal matrix nearest to a matrix, nearly: `x ← a·x + (b·g + c·g²)·x` with `g = x·xᵀ`, which moves singular values
 * towards 1. The coefficients are Jordan's, which are steepest at 0. The product is taken over the longer side.
 */
const orthogonalised = (matrix: AnyExpr, iterations: number): AnyExpr => {
  const [rows, columns] = matrix.type.shape as readonly [number, number]
  const wide = rows > columns ? op.swapLast(matrix) : matrix
  const length = op.sqrt(op.sum(op.mul(wide, wide)))
  let x = op.div(wide, op.add(length, 1e-7))
  for (let iteration = 0; iteration < iterations; iteration++) {
    const gram = op.matmul(x, op.swapLast(x))
    const curve = op.add(op.mul(gram, -4.775), op.mul(op.matmul(gram, gram), 2.0315))
    x = op.add(op.mul(x, 3.4445), op.matmul(curve, x))
  }
  return rows > columns ? op.swapLast(x) : x
}
