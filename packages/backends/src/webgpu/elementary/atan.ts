import { arctangentSeries } from "../../kernel/elementary/arctangent.ts"
import { halfPiHigh, halfPiLow } from "../../kernel/elementary/halfPi.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// Beyond it the result is π/2.
const highest = 2 ** 30

/** atan(x) for |x| ≤ 1, and π/2 + atan(-1 / |x|) beyond, π/2 in two parts. */
export const atan: WgslFunction = {
  name: "atan_f32",
  uses: ["with_sign_f32", "unless_nan_f32"],
  source: `fn atan_f32(x: f32) -> f32 {
  let magnitude = min(abs(x), ${float(highest)});
  let is_beyond = magnitude > 1.0f;
  let quotient = min(magnitude, 1.0f) / max(magnitude, 1.0f);
  let ratio = select(quotient, -quotient, is_beyond);
  let square = quotient * quotient;
  let cubic = ratio * square * ${polynomial("square", arctangentSeries)} + select(0.0f, ${float(halfPiLow)}, is_beyond);
  let result = select(0.0f, ${float(halfPiHigh)}, is_beyond) + (ratio + cubic);
  return unless_nan_f32(with_sign_f32(result, x), x);
}`
}
