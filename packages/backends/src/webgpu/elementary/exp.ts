import { exponentialSeries } from "../../kernel/elementary/exponential.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// Beyond these the result is 0, and ∞.
const lowest = -104
const highest = 89

/** eˣ = 2ⁿ · eʳ. */
export const exp: WgslFunction = {
  name: "exp_f32",
  uses: ["rest_by_ln2_f32", "scale_f32", "unless_nan_f32"],
  source: `fn exp_f32(x: f32) -> f32 {
  let clamped = clamp(x, ${float(lowest)}, ${float(highest)});
  let count = round(clamped * ${float(Math.LOG2E)});
  let rest = rest_by_ln2_f32(clamped, count);
  let power = ${polynomial("rest", exponentialSeries)};
  return unless_nan_f32(scale_f32(power, i32(count)), x);
}`
}
