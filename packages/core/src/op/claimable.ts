import type { WithOp } from "../composite.ts"
import type { Composite } from "../expr.ts"
import { mean } from "./moment.ts"
import { attend, attentionBackward } from "./nn/attention.ts"
import { rows, rowsBackward } from "./nn/crossEntropy.ts"
import { approximate, exact } from "./nn/gelu.ts"
import { layerNormBackward, layerNormOver } from "./nn/layerNorm.ts"
import { relu } from "./nn/relu.ts"
import { rmsNormBackward, rmsNormOver } from "./nn/rmsNorm.ts"
import { silu } from "./nn/silu.ts"
import { logSoftmaxAlong, logSoftmaxBackward, softmaxAlong, softmaxBackward } from "./nn/softmax.ts"
import { square } from "./power.ts"
import { sigmoid } from "./sigmoid.ts"

/** The ops that functions apply, under the functions' names here. */
const opsOf = <Name extends string>(functions: Readonly<Record<Name, WithOp>>): Readonly<Record<Name, Composite>> =>
  // `fromEntries` forgets which names there are.
  Object.fromEntries(Object.entries<WithOp>(functions).map(([name, { op }]) => [name, op])) as Record<Name, Composite>

/**
 * The library's composites that are worth a kernel of their own, each under its name: what a backend picks its claims
 * from. A backend that claims one computes it itself, and the backward beside it if it claims that as well.
 *
 * ```ts
 * import { claimable, input, op } from "@residual/core"
 * const claims = new Set([claimable.softmax, claimable.softmaxBackward])
 * claims.has(claimable.softmax) // => true
 * op.softmax(input("x", [2, 3])).op === claimable.softmax // => true
 * Object.keys(claimable).filter((name) => !name.endsWith("Backward"))
 * // => ["attention", "crossEntropyRows", "gelu", "geluTanh", "layerNorm", "logSoftmax", "mean", "relu", "rmsNorm",
 * // "sigmoid", "silu", "softmax", "square"]
 * ```
 */
export const claimable = opsOf({
  attention: attend,
  attentionBackward,
  crossEntropyRows: rows,
  crossEntropyRowsBackward: rowsBackward,
  gelu: exact,
  geluTanh: approximate,
  layerNorm: layerNormOver,
  layerNormBackward,
  logSoftmax: logSoftmaxAlong,
  logSoftmaxBackward,
  mean,
  relu,
  rmsNorm: rmsNormOver,
  rmsNormBackward,
  sigmoid,
  silu,
  softmax: softmaxAlong,
  softmaxBackward,
  square
})
