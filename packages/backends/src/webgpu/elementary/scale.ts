import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/**
 * x · 2ⁿ for x from ¼ to 2 and n from -226 to 128. The exponent is added to that of x; where the result is subnormal or ∞,
 * the rest of it by a multiplication, which rounds once.
 */
export const scale: WgslFunction = {
  name: "scale_f32",
  uses: [],
  source: `fn scale_f32(x: f32, exponent: i32) -> f32 {
  let first = clamp(exponent, -100, 127);
  return bitcast<f32>(bitcast<i32>(x) + (first << 23u)) * bitcast<f32>((exponent - first + 127) << 23u);
}`
}
