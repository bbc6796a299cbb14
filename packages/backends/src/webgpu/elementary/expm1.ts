import { expm1Series } from "../../kernel/elementary/exponential.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// Beyond these the result is -1, and ∞.
const lowest = -18
const highest = 89

/** eˣ - 1 = 2 · (2ⁿ⁻¹ · (eʳ - 1) + (2ⁿ⁻¹ - ½)), halved because 2ⁿ may be 2¹²⁸; where n is 0, eʳ - 1 itself. */
export const expm1: WgslFunction = {
  name: "expm1_f32",
  uses: ["rest_by_ln2_f32", "with_sign_f32", "unless_nan_f32"],
  source: `fn expm1_f32(x: f32) -> f32 {
  let clamped = clamp(x, ${float(lowest)}, ${float(highest)});
  let count = round(clamped * ${float(Math.LOG2E)});
  let rest = rest_by_ln2_f32(clamped, count);
  let less1 = rest + rest * rest * ${polynomial("rest", expm1Series)};
  let power = bitcast<f32>((i32(count) + 126) << 23u);
  let half = power * less1 + (power - 0.5f);
  return unless_nan_f32(with_sign_f32(select(half + half, less1, power == 0.5f), x), x);
}`
}
