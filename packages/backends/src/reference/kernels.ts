import type { PrimitiveName } from "@residual/core"
import type { Kernel } from "./kernel.ts"
import * as arithmetic from "./kernels/arithmetic.ts"
import { cast } from "./kernels/cast.ts"
import { where } from "./kernels/choice.ts"
import { dot } from "./kernels/dot.ts"
import { bitwise, shift } from "./kernels/elementwise.ts"
import { dynamicSlice, dynamicUpdateSlice, gather, scatterAdd } from "./kernels/indexing.ts"
import { conjunction, difference, disjunction } from "./kernels/integral.ts"
import { constant, identity, input, iota, project, randomBits } from "./kernels/leaf.ts"
import { broadcast, concat, pad, slice, transpose } from "./kernels/movement.ts"
import { cumSum, max, sum } from "./kernels/reduction.ts"
import { sort } from "./kernels/sort.ts"
import { unwindow, window } from "./kernels/window.ts"

/** A kernel for every primitive; the type checker names one that is missing. */
export const kernels: { readonly [K in PrimitiveName]: Kernel<K> } = {
  input,
  constant,
  iota,
  randomBits,
  project,
  stopGradient: identity,
  barrier: identity,
  neg: arithmetic.neg,
  exp: arithmetic.exp,
  expm1: arithmetic.expm1,
  log: arithmetic.log,
  log1p: arithmetic.log1p,
  sqrt: arithmetic.sqrt,
  sin: arithmetic.sin,
  cos: arithmetic.cos,
  atan: arithmetic.atan,
  tanh: arithmetic.tanh,
  erf: arithmetic.erf,
  floor: arithmetic.floor,
  round: arithmetic.round,
  cast,
  add: arithmetic.add,
  mul: arithmetic.mul,
  div: arithmetic.div,
  pow: arithmetic.pow,
  mod: arithmetic.mod,
  maximum: arithmetic.maximum,
  less: arithmetic.less,
  equal: arithmetic.equal,
  and: bitwise((a, b) => a & b, conjunction),
  or: bitwise((a, b) => a | b, disjunction),
  xor: bitwise((a, b) => a ^ b, difference),
  shiftLeft: shift(
    (a, b) => a << b,
    (a, b) => a << b
  ),
  shiftRight: shift(
    (a, b) => a >> b,
    (a, b) => a >>> b
  ),
  where,
  sum,
  max,
  cumSum,
  sort,
  reshape: identity,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  window,
  unwindow,
  dynamicSlice,
  dynamicUpdateSlice,
  gather,
  scatterAdd,
  dot
}
