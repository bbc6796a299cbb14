import { addOp, divOp, maximumOp, modOp, mulOp, negOp } from "./arithmetic.ts"
import { andOp, orOp, shiftLeftOp, shiftRightOp, xorOp } from "./bits.ts"
import { barrierOp, stopGradientOp } from "./boundary.ts"
import { castOp } from "./cast.ts"
import { equalOp, lessOp } from "./compare.ts"
import { dotOp } from "./dot.ts"
import { expm1Op, expOp, log1pOp, logOp, powOp, sqrtOp } from "./exponential.ts"
import { dynamicSliceOp, dynamicUpdateSliceOp, gatherOp, scatterAddOp } from "./indexing.ts"
import { constantOp, inputOp, iotaOp, projectOp, randomBitsOp } from "./leaf.ts"
import { concatOp, padOp, sliceOp, transposeOp } from "./movement.ts"
import { cumSumOp, maxOp, sortOp } from "./order.ts"
import { floorOp, roundOp } from "./rounding.ts"
import { broadcastOp, reshapeOp, sumOp } from "./stretch.ts"
import { atanOp, cosOp, erfOp, sinOp, tanhOp } from "./transcendental.ts"
import { whereOp } from "./where.ts"
import { unwindowOp, windowOp } from "./window.ts"

/**
 * The closed set of ops that backends implement, by name; everything else is composed of these.
 *
 * ```ts
 * import { primitives } from "@residual/core"
 * primitives.dot.rule // => "r · bᵀ ; aᵀ · r"
 * ```
 */
export const primitives = {
  input: inputOp,
  constant: constantOp,
  iota: iotaOp,
  randomBits: randomBitsOp,
  project: projectOp,
  stopGradient: stopGradientOp,
  barrier: barrierOp,
  neg: negOp,
  exp: expOp,
  expm1: expm1Op,
  log: logOp,
  log1p: log1pOp,
  sqrt: sqrtOp,
  sin: sinOp,
  cos: cosOp,
  atan: atanOp,
  tanh: tanhOp,
  erf: erfOp,
  floor: floorOp,
  round: roundOp,
  cast: castOp,
  add: addOp,
  mul: mulOp,
  div: divOp,
  pow: powOp,
  mod: modOp,
  maximum: maximumOp,
  less: lessOp,
  equal: equalOp,
  and: andOp,
  or: orOp,
  xor: xorOp,
  shiftLeft: shiftLeftOp,
  shiftRight: shiftRightOp,
  where: whereOp,
  sum: sumOp,
  max: maxOp,
  cumSum: cumSumOp,
  sort: sortOp,
  reshape: reshapeOp,
  transpose: transposeOp,
  broadcast: broadcastOp,
  slice: sliceOp,
  pad: padOp,
  concat: concatOp,
  window: windowOp,
  unwindow: unwindowOp,
  dynamicSlice: dynamicSliceOp,
  dynamicUpdateSlice: dynamicUpdateSliceOp,
  gather: gatherOp,
  scatterAdd: scatterAddOp,
  dot: dotOp
} as const

/**
 * The name of a primitive.
 *
 * ```ts
 * import type { PrimitiveName } from "@residual/core"
 * const name: PrimitiveName = "dot"
 * name // => "dot"
 * ```
 */
export type PrimitiveName = keyof typeof primitives

/**
 * The attributes of a primitive.
 *
 * ```ts
 * import type { AttrsOf } from "@residual/core"
 * const attrs: AttrsOf<"sum"> = { axes: [0] }
 * attrs.axes // => [0]
 * ```
 */
export type AttrsOf<Name extends PrimitiveName> = Parameters<(typeof primitives)[Name]["infer"]>[1]

/**
 * Whether a name is a primitive's.
 *
 * ```ts
 * import { isPrimitiveName } from "@residual/core"
 * isPrimitiveName("gelu") // => false
 * ```
 */
export const isPrimitiveName = (name: string): name is PrimitiveName => Object.hasOwn(primitives, name)
