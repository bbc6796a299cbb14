import { composite } from "../../composite.ts"
import type { AnyExpr } from "../../expr.ts"
import * as ShapeOf from "../../shape.ts"
import { ShapeError } from "../../shapeError.ts"
import { add, mul } from "../arithmetic.ts"
import { dot } from "../dot.ts"
import { fill } from "../leaf.ts"
import { slice, swapLast } from "../movement.ts"
import { sigmoid } from "../sigmoid.ts"
import { sub } from "../sign.ts"
import { tanh } from "../transcendental.ts"

/** The weights of a recurrent cell: a block of `hidden` rows for each of its gates. */
export interface CellWeights {
  /** `[gates · hidden, in]`. */
  readonly inputWeight: AnyExpr
  /** `[gates · hidden, hidden]`. */
  readonly hiddenWeight: AnyExpr
  /** `[gates · hidden]`, zeros by default. */
  readonly inputBias?: AnyExpr | undefined
  /** `[gates · hidden]`, zeros by default. */
  readonly hiddenBias?: AnyExpr | undefined
}

/** A matrix of rows times the transpose of a weight, plus a bias. */
const projected = (x: AnyExpr, weight: AnyExpr, bias: AnyExpr): AnyExpr => add(dot(x, swapLast(weight)), bias)

/** The blocks of columns that belong to the gates. */
const gatesOf = (x: AnyExpr, count: number): ReadonlyArray<AnyExpr> => {
  const width = (x.type.shape[1] as number) / count
  return Array.from({ length: count }, (_, at) =>
    slice(x, { starts: [0, at * width], stops: [Number.POSITIVE_INFINITY, (at + 1) * width] })
  )
}

/** The operands of a cell, checked, with biases of zeros where none are given. */
const cellInputs = (
  op: string,
  gates: number,
  x: AnyExpr,
  states: ReadonlyArray<AnyExpr>,
  weights: CellWeights
): ReadonlyArray<AnyExpr> => {
  const { inputWeight, hiddenWeight } = weights
  const [batch, width] = x.type.shape
  const hidden = states[0]?.type.shape[1] ?? 0
  const bias = { dtype: x.type.dtype, shape: [gates * hidden] }
  const [inputBias, hiddenBias] = [weights.inputBias ?? fill(0, bias), weights.hiddenBias ?? fill(0, bias)]
  const operands = [x, ...states, inputWeight, hiddenWeight, inputBias, hiddenBias]
  const expected = [
    [batch, width],
    ...states.map(() => [batch, hidden]),
    [gates * hidden, width],
    [gates * hidden, hidden],
    bias.shape,
    bias.shape
  ]
  const fits = operands.every(
    ({ type }, at) => type.dtype === x.type.dtype && ShapeOf.equals(type.shape, expected[at] as ReadonlyArray<number>)
  )
  if (!fits || x.type.shape.length !== 2) {
    throw new ShapeError(
      op,
      operands.map(({ type }) => type),
      `x [batch, in], states [batch, hidden] and weights with ${gates} · hidden rows, of one float type`
    )
  }
  return operands
}

const lstm = composite("lstmCell", {
  body: (inputs) => {
    const [x, hidden, cell, inputWeight, hiddenWeight, inputBias, hiddenBias] = inputs as Array<AnyExpr> &
      [AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const all = add(projected(x, inputWeight, inputBias), projected(hidden, hiddenWeight, hiddenBias))
    const [input, forget, candidate, output] = gatesOf(all, 4) as [AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const nextCell = add(mul(sigmoid(forget), cell), mul(sigmoid(input), tanh(candidate)))
    return [mul(sigmoid(output), tanh(nextCell)), nextCell]
  }
})

/**
 * One step of a long short-term memory: c' = σ(f) · c + σ(i) · tanh(g), h' = σ(o) · tanh(c'), the gates i, f, g and o
 * being the blocks of x · Wᵀ + b + h · Uᵀ + d, in this order, as PyTorch has them. Shape: x `[batch, in]`, hidden and
 * cell `[batch, n]` -> the next of these. Throws a `ShapeError` for operands of other types.
 *
 * S. Hochreiter and J. Schmidhuber, "Long short-term memory" (1997).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const state = { hidden: input("hidden", [2, 4]), cell: input("cell", [2, 4]) }
 * const weights = { inputWeight: input("w", [16, 3]), hiddenWeight: input("u", [16, 4]) }
 * op.lstmCell(input("x", [2, 3]), state, weights).hidden.type.shape // => [2, 4]
 * ```
 */
export const lstmCell = (
  x: AnyExpr,
  state: { readonly hidden: AnyExpr; readonly cell: AnyExpr },
  weights: CellWeights
): { readonly hidden: AnyExpr; readonly cell: AnyExpr } => {
  const inputs = cellInputs("lstmCell", 4, x, [state.hidden, state.cell], weights)
  const [hidden, cell] = lstm.all(inputs, {}) as [AnyExpr, AnyExpr]
  return { hidden, cell }
}

const gru = composite("gruCell", {
  body: (inputs) => {
    const [x, hidden, inputWeight, hiddenWeight, inputBias, hiddenBias] = inputs as Array<AnyExpr> &
      [AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr, AnyExpr]
    const fromInput = gatesOf(projected(x, inputWeight, inputBias), 3) as [AnyExpr, AnyExpr, AnyExpr]
    const fromHidden = gatesOf(projected(hidden, hiddenWeight, hiddenBias), 3) as [AnyExpr, AnyExpr, AnyExpr]
    const reset = sigmoid(add(fromInput[0], fromHidden[0]))
    const update = sigmoid(add(fromInput[1], fromHidden[1]))
    const candidate = tanh(add(fromInput[2], mul(reset, fromHidden[2])))
    return add(candidate, mul(update, sub(hidden, candidate)))
  }
})

/**
 * One step of a gated recurrent unit: h' = (1 - z) · n + z · h with n = tanh(xₙ + r · hₙ), the gates r, z and n being the
 * blocks of x · Wᵀ + b and h · Uᵀ + d, in this order, as PyTorch has them. Shape: x `[batch, in]`, hidden `[batch, n]` ->
 * the next hidden. Throws a `ShapeError` for operands of other types.
 *
 * K. Cho et al., "Learning phrase representations using RNN encoder–decoder" (2014).
 *
 * ```ts
 * import { input, op } from "@residual/core"
 * const weights = { inputWeight: input("w", [12, 3]), hiddenWeight: input("u", [12, 4]) }
 * op.gruCell(input("x", [2, 3]), input("hidden", [2, 4]), weights).type.shape // => [2, 4]
 * ```
 */
export const gruCell = (x: AnyExpr, hidden: AnyExpr, weights: CellWeights): AnyExpr =>
  gru(cellInputs("gruCell", 3, x, [hidden], weights), {})
