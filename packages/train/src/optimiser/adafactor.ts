import { type AnyExpr, op, type TensorType } from "@residual/core"
import { notNegative, positive } from "../setting/checkSettings.ts"
import type { DecayOptions } from "./decay.ts"
import { decayParameters } from "./decayed.ts"
import { eachParameter } from "./eachParameter.ts"
import type { Optimiser } from "./optimiser.ts"
import { addend, keptShare, type Setting, settingsOf } from "./setting.ts"
import { towards } from "./towards.ts"

/** The settings of `adafactor`. `weightDecay` is the share of itself that a parameter loses for a rate of 1: 0 by default. */
export interface AdafactorOptions extends DecayOptions {
  /** Added to squared gradients, at least 1e-30: 1e-30 by default. */
  readonly epsilon?: Setting
  /** The least root mean square of a parameter by which its rate is scaled: 1e-3 by default. */
  readonly leastScale?: Setting
  /** The root mean square of a move, before its rate, above which it is scaled down: 1 by default. */
  readonly threshold?: Setting
  /** `t` to the power of minus this, at update `t`, is how much of the mean squares is new: 0.8 by default. */
  readonly power?: Setting
  /** How much of the mean of moves is kept, from 0 up to, but not including, 1: 0, and no such mean, by default. */
  readonly beta1?: Setting
  /** Whether the rate is a share of each parameter's root mean square: yes by default. */
  readonly scaled?: boolean
}

/**
 * Adafactor (Shazeer and Stern 2018), whose state is a fraction of the parameters' size: of a matrix it keeps the means of
 * the squared gradient's rows and columns, `r` and `c`, in the place of all of its elements, `v = r·cᵀ / mean(r)`; of
 * parameters of more axes, it takes the two longest. With `β₂ = 1 − t^−power`, `u = g / √v`, scaled down to the threshold's
 * root mean square, moves the parameter by `rate·max(leastScale, RMS(p))`. A rate of `min(1e-2, 1/√t)` is the paper's.
 * Throws a `SettingError` for settings out of range.
 *
 * ```ts
 * import { input } from "@residual/core"
 * import { adafactor } from "@residual/train"
 * const { row, column, square } = adafactor().init({ weight: input("weight", [64, 512]), bias: input("bias", [512]) })
 * const shapes = [row!["weight"], column!["weight"], square!["bias"]].map((kept) => kept!.type.shape)
 * shapes // => [[64, 1], [1, 512], [512]]
 * ```
 */
export const adafactor = (options: AdafactorOptions = {}): Optimiser => {
  const { epsilon = 1e-30, leastScale = 1e-3, threshold = 1, power = 0.8, beta1 = 0, scaled = true } = options
  const read = settingsOf("adafactor")
  const epsilonAt = read("epsilon", epsilon, addend)
  const scaleAt = read("leastScale", leastScale, notNegative)
  const thresholdAt = read("threshold", threshold, positive)
  const powerAt = read("power", power, notNegative)
  const beta1At = read("beta1", beta1, keptShare)
  const rule = eachParameter({
    scalars: ({ rate, step }) => ({
      rate,
      newSquare: (step + 1) ** -powerAt(step),
      epsilon: epsilonAt(step),
      leastScale: scaleAt(step),
      threshold: thresholdAt(step),
      newMean: 1 - beta1At(step)
    }),
    state: ["row", "column", "square", ...(beta1 === 0 ? [] : (["mean"] as const))],
    shapeOf: (name, { value: { type } }) => {
      if (name === "mean") return type.shape
      const axes = longestAxes(type)
      if (axes === undefined) return name === "square" ? type.shape : undefined
      if (name === "square") return undefined
      const [rows, columns] = axes
      return type.shape.with(name === "row" ? columns : rows, 1)
    },
    next: ({ value, gradient, state, scalars }) => {
      const squares = op.add(op.mul(gradient, gradient), scalars.epsilon)
      const axes = longestAxes(value.type)
      const kept =
        axes === undefined
          ? whole(state, squares, scalars.newSquare)
          : factored(state, squares, scalars.newSquare, axes)
      const adapted = op.div(gradient, kept.root)
      const excess = op.maximum(op.div(rootMeanSquare(adapted), scalars.threshold), 1)
      const size = scaled ? op.mul(scalars.rate, op.maximum(rootMeanSquare(value), scalars.leastScale)) : scalars.rate
      const moved = op.mul(adapted, op.div(size, excess))
      const mean = beta1 === 0 ? moved : towards(state.mean, moved, scalars.newMean)
      return { value: op.sub(value, mean), state: { ...kept.state, mean } }
    }
  })
  return decayParameters("adafactor", options, rule)
}

type Axes = readonly [rows: number, columns: number]

/** The two longest axes, in their order; the later ones of equals. */
const longestAxes = ({ shape }: TensorType.TensorType): Axes | undefined => {
  if (shape.length < 2) return undefined
  const [first, second] = shape
    .map((length, axis) => ({ length, axis }))
    .sort((a, b) => b.length - a.length || b.axis - a.axis)
  const [one, other] = [first?.axis as number, second?.axis as number]
  return [Math.min(one, other), Math.max(one, other)]
}

/** The mean squares of all elements, and their root. */
const whole = ({ square }: { readonly square: AnyExpr }, squares: AnyExpr, share: AnyExpr) => {
  const next = towards(square, squares, share)
  return { root: op.sqrt(next), state: { square: next } }
}

/** The mean squares of rows and columns, and the root of those of all elements that they stand for. */
const factored = (
  { row, column }: { readonly row: AnyExpr; readonly column: AnyExpr },
  squares: AnyExpr,
  share: AnyExpr,
  [rows, columns]: Axes
) => {
  const nextRow = towards(row, op.mean(squares, { axes: [columns], keepDims: true }), share)
  const nextColumn = towards(column, op.mean(squares, { axes: [rows], keepDims: true }), share)
  const relative = op.div(nextRow, op.mean(nextRow, { axes: [rows], keepDims: true }))
  // The roots are multiplied, since a product of two small means is below what 32 bits hold.
  return { root: op.mul(op.sqrt(relative), op.sqrt(nextColumn)), state: { row: nextRow, column: nextColumn } }
}

const rootMeanSquare = (x: AnyExpr): AnyExpr => op.sqrt(op.mean(op.mul(x, x)))
