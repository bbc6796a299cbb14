import { exponentialSeries } from "../../kernel/elementary/exponential.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// tanh is 1 from 9.011 on.
const highest = 9.05

// Up to it tanh is a polynomial.
const middle = 0.625

// (tanh(t) - t) / t³ in t² for t up to there: tanh(t) is within 2^-27.7, relative.
const series = [
  -0.3333328068256378, 0.13331405818462372, -0.05373651534318924, 0.02062816731631756, -0.005692296661436558
]

/**
 * A polynomial for |x| up to 0.625, and 1 - 2 / (e²ᵗ + 1) beyond, t = |x|: a division, which need not be accurate to the last
 * place in WGSL, counts less there than in one quotient for all operands.
 */
export const tanh: WgslFunction = {
  name: "tanh_f32",
  uses: ["rest_by_ln2_f32", "with_sign_f32", "unless_nan_f32"],
  source: `fn tanh_f32(x: f32) -> f32 {
  let magnitude = min(abs(x), ${float(highest)});
  let square = magnitude * magnitude;
  let close = magnitude + magnitude * square * ${polynomial("square", series)};
  let doubled = magnitude * 2.0f;
  let count = round(doubled * ${float(Math.LOG2E)});
  let rest = rest_by_ln2_f32(doubled, count);
  let power = bitcast<f32>((i32(count) + 127) << 23u) * ${polynomial("rest", exponentialSeries)};
  let result = select(1.0f - 2.0f / (power + 1.0f), close, magnitude < ${float(middle)});
  return unless_nan_f32(with_sign_f32(result, x), x);
}`
}
