import { rootHalfBits } from "../../kernel/elementary/logarithm.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/**
 * m and k of a positive finite float 2ᵏ · m, given as its bits, m from √½ to √2. Subnormal floats are converted as the
 * integers that their bits are, for arithmetic may take them for zeros.
 */
export const split: WgslFunction = {
  name: "split_f32",
  uses: [],
  source: `fn split_f32(bits: u32) -> vec2<f32> {
  let is_subnormal = bits < 0x00800000u;
  let normal = bitcast<i32>(select(bits, bitcast<u32>(f32(bits)), is_subnormal));
  let exponent = (normal - ${rootHalfBits}) >> 23u;
  let significand = bitcast<f32>(normal - (exponent << 23u));
  return vec2<f32>(significand, f32(select(exponent, exponent - 149, is_subnormal)));
}`
}
