import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// 2ʳ for |r| ≤ ½: within 2^-27.5, relative.
const powerSeries = [
  1, 0.6931472420692444, 0.24022655189037323, 0.05550272390246391, 0.009617063216865063, 0.0013418212765827775,
  0.0001582025724928826
]

// Beyond these powers of 2 are 0, and ∞, and all floats from the greatest integer on are even.
const lowest = -152
const highest = 130
const even = 2 ** 24

// Exponents of this size take every base but 1 beyond those powers.
const greatestExponent = 2 ** 33

/**
 * x to the power y as IEEE 754 defines `pow`: |x|ʸ = 2^(y · log₂|x|). The logarithm k + log₂(m) is brought to an upper part
 * of 12 bits and what is left, and so is y; the product of the upper parts is exact, and so is the difference between it and
 * the nearest integer.
 */
export const pow: WgslFunction = {
  name: "pow_f32",
  uses: ["split_f32", "binary_logarithm_f32", "kept_f32", "upper_f32", "scale_f32", "is_nan"],
  source: `fn pow_f32(x: f32, y: f32) -> f32 {
  let x_bits = bitcast<u32>(x);
  let bits = x_bits & 0x7fffffffu;
  let parts = split_f32(bits);
  let logarithm = binary_logarithm_f32(parts.x);
  let upper = upper_f32(parts.y + (logarithm.x + logarithm.y));
  let lower = kept_f32(kept_f32(parts.y - upper) + logarithm.x) + logarithm.y;
  let exponent = clamp(y, ${float(-greatestExponent)}, ${float(greatestExponent)});
  let exponent_upper = upper_f32(exponent);
  let rest = (exponent - exponent_upper) * upper + exponent * lower;
  let total = clamp(exponent_upper * upper + rest, ${float(lowest)}, ${float(highest)});
  let count = round(total);
  let fraction = kept_f32(exponent_upper * upper - count) + rest;
  let power = bitcast<u32>(scale_f32(${polynomial("fraction", powerSeries)}, i32(count)));
  var result = select(power, 0x7f800000u, total >= ${float(highest)});
  result = select(result, 0u, total <= ${float(lowest)});
  // 0 and ∞ have a power of 0 or ∞, by the sign of the exponent.
  let y_bits = bitcast<u32>(y);
  let is_zero = bits == 0u;
  result = select(
    result,
    select(0u, 0x7f800000u, is_zero == (y_bits >= 0x80000000u)),
    is_zero | (bits == 0x7f800000u)
  );
  // Odd exponents keep the sign of the base: those that are integers, and not so when halved.
  let whole = min(abs(y), ${float(even)});
  let is_integer = floor(whole) == whole;
  let is_odd = is_integer & (floor(whole * 0.5f) * 2.0f != whole);
  result = result | select(0u, x_bits & 0x80000000u, is_odd);
  let is_undefined = (x_bits > 0x80000000u) & (x_bits < 0xff800000u) & !is_integer;
  result = select(result, 0x7fc00000u, is_undefined | is_nan(x) | is_nan(y));
  result = select(result, 0x3f800000u, (x_bits == 0x3f800000u) | ((y_bits << 1u) == 0u));
  return bitcast<f32>(result);
}`
}
