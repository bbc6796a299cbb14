import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// 3/2 ln((1 + s) / (1 - s)) less 3s + s³, over s⁵, in s² for |s| ≤ (√2 - 1) / (√2 + 1): that is within 2^-43.7, relative.
const series = [0.5999999642372131, 0.4285795986652374, 0.3326942026615143, 0.29339316487312317]

// 2 / (3 ln 2), the first part of 12 bits.
const scaleHigh = 0.961669921875
const scaleLow = 0.00012677205086220056

/**
 * log₂(m) as a sum of two floats, for m from √½ to √2: 2 / (3 ln 2) · s · (3 + s² + s⁴ · …) with s = (m - 1) / (m + 1). Its
 * first three factors and their products are in two parts, of which the upper ones have 12 bits each, so that what is done
 * with them is exact.
 */
export const binaryLogarithm: WgslFunction = {
  name: "binary_logarithm_f32",
  uses: ["kept_f32", "upper_f32"],
  source: `fn binary_logarithm_f32(m: f32) -> vec2<f32> {
  let difference = kept_f32(m - 1.0f);
  let sum = m + 1.0f;
  let sum_upper = upper_f32(sum);
  let sum_lower = difference - kept_f32(sum_upper - 2.0f);
  let inverse = 1.0f / sum;
  let s_upper = upper_f32(difference * inverse);
  let s_lower = (kept_f32(difference - s_upper * sum_upper) - s_upper * sum_lower) * inverse;
  let s = s_upper + s_lower;
  let square = s * s;
  let square_upper = s_upper * s_upper;
  let further = s_lower * (s + s_upper) + square * square * ${polynomial("square", series)};
  // To ten digits after the point, so that 3 and it have 12.
  let rounded = floor((square_upper + further) * 1024.0f) * ${float(2 ** -10)};
  let factor_upper = 3.0f + rounded;
  let factor_lower = kept_f32(square_upper - rounded) + further;
  let product_lower = s_lower * factor_upper + s * factor_lower;
  let product_upper = upper_f32(s_upper * factor_upper + product_lower);
  let left = product_lower - kept_f32(product_upper - s_upper * factor_upper);
  return vec2<f32>(
    product_upper * ${float(scaleHigh)},
    product_upper * ${float(scaleLow)} + left * ${float(scaleHigh + scaleLow)}
  );
}`
}
