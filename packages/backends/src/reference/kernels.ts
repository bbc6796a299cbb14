import type { PrimitiveName } from "@residual/core"
import type { Kernel } from "./kernel.ts"
import { cast } from "./kernels/cast.ts"
import { where } from "./kernels/choice.ts"
import { dot } from "./kernels/dot.ts"
import { binary, bitwise, comparison, neg, pow, shift, unary } from "./kernels/elementwise.ts"
import { dynamicSlice, dynamicUpdateSlice, gather, scatterAdd } from "./kernels/indexing.ts"
import { conjunction, difference, disjunction, quotient, remainder } from "./kernels/integral.ts"
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
  neg,
  exp: unary("exp"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  sqrt: unary("sqrt"),
  sin: unary("sin"),
  cos: unary("cos"),
  atan: unary("atan"),
  tanh: unary("tanh"),
  erf: unary("erf"),
  floor: unary("floor"),
  round: unary("round"),
  cast,
  add: binary("add", (a, b) => a + b),
  mul: binary("mul", Math.imul),
  div: binary("div", quotient),
  pow,
  mod: binary("mod", remainder),
  maximum: binary("maximum", Math.max),
  less: comparison("less", (a, b) => (a < b ? 1 : 0)),
  equal: comparison("equal", (a, b) => (a === b ? 1 : 0)),
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
