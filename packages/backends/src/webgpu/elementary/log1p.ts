import { rootHalfBits } from "../../kernel/elementary/logarithm.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/**
 * ln(1 + x) = k · ln 2 + ln(1 + f) for 1 + x = 2ᵏ · (1 + f): f is x · 2⁻ᵏ + (2⁻ᵏ - 1), and x where k is 0. Where it is not,
 * the rounding of f is below that of the result. 2⁻ᵏ - 1 has 0 instead of 2⁻¹²⁸.
 */
export const log1p: WgslFunction = {
  name: "log1p_f32",
  uses: ["logarithm_f32", "with_sign_f32"],
  source: `fn log1p_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let exponent = (bitcast<i32>(x + 1.0f) - ${rootHalfBits}) >> 23u;
  let scaled = exponent << 23u;
  let offset = bitcast<f32>(max(0x3f800000 - scaled, 0)) - 1.0f;
  let f = bitcast<f32>(bitcast<i32>(x) - scaled) + offset;
  let result = with_sign_f32(logarithm_f32(f, f32(exponent)), x);
  let not_above = select(0x7fc00000u, 0xff800000u, bits == 0xbf800000u);
  let special = select(not_above, 0x7f800000u, bits == 0x7f800000u);
  let is_ordinary = (bits < 0x7f800000u) | (bits - 0x80000000u < 0x3f800000u);
  return bitcast<f32>(select(special, bitcast<u32>(result), is_ordinary));
}`
}
