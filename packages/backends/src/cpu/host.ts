import { numberArithmetic } from "@residual/core"

/** A function of numbers that programs import. */
export type HostFunction = (...operands: ReadonlyArray<number>) => number

const { exp, expm1, log, log1p, sin, cos, atan, tanh, erf, pow, mod } = numberArithmetic

/**
 * What programs import as the module "host": functions of float64 that are too seldom used to be worth instructions. They
 * are the reference backend's, so the two agree to the bit.
 */
export const hostFunctions = {
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  atan,
  tanh,
  erf,
  pow,
  mod
} as const satisfies Readonly<Record<string, HostFunction>>

/** The names of those functions. */
export type HostName = keyof typeof hostFunctions
