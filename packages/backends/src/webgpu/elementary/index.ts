import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { atan } from "./atan.ts"
import { binaryLogarithm } from "./binaryLogarithm.ts"
import { castBool, castSigned, castUnsigned } from "./cast.ts"
import { equal, less } from "./comparison.ts"
import { cos } from "./cos.ts"
import { enlarged } from "./enlarged.ts"
import { erf } from "./erf.ts"
import { exp } from "./exp.ts"
import { expm1 } from "./expm1.ts"
import { floor } from "./floor.ts"
import { minusItself, overItself, timesZero, zeroOver } from "./indeterminate.ts"
import { infinity } from "./infinity.ts"
import { divideSigned, divideUnsigned, modSigned, modUnsigned } from "./integral.ts"
import { isNan } from "./isNan.ts"
import { kept } from "./kept.ts"
import { largeAngle } from "./largeAngle.ts"
import { log } from "./log.ts"
import { log1p } from "./log1p.ts"
import { logarithm } from "./logarithm.ts"
import { maximum } from "./maximum.ts"
import { mod } from "./mod.ts"
import { multiplyHigh } from "./multiplyHigh.ts"
import { nan } from "./nan.ts"
import { pow } from "./pow.ts"
import { randomWord } from "./randomWord.ts"
import { restByLn2 } from "./restByLn2.ts"
import { round } from "./round.ts"
import { scale } from "./scale.ts"
import { sin } from "./sin.ts"
import { sine } from "./sine.ts"
import { split } from "./split.ts"
import { sqrt } from "./sqrt.ts"
import { tanh } from "./tanh.ts"
import { unlessNan } from "./unlessNan.ts"
import { upper } from "./upper.ts"
import { withSign } from "./withSign.ts"

export { type MeasuredError, measuredErrors } from "./measuredErrors.ts"

const all: ReadonlyArray<WgslFunction> = [
  ...[nan, infinity, isNan, unlessNan, withSign, kept, upper, scale, split, multiplyHigh],
  ...[restByLn2, exp, expm1, tanh, logarithm, log, log1p, largeAngle, sine, sin, cos, atan, erf],
  ...[binaryLogarithm, pow, sqrt, round, floor, maximum, less, equal, enlarged, mod],
  ...[timesZero, zeroOver, overItself, minusItself],
  ...[divideSigned, divideUnsigned, modSigned, modUnsigned, castSigned, castUnsigned, castBool, randomWord]
]

/** The library: functions of floats of 32 bits, and of integers, by their names in WGSL. */
export const elementaryFunctions: Readonly<Record<string, WgslFunction>> = Object.fromEntries(
  all.map((each) => [each.name, each])
)
