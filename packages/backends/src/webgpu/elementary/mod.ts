import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"

/**
 * The remainder of the division that rounds down, whose sign is the divisor's; one of zero keeps the dividend's. NaN for a
 * divisor of zero and an infinite dividend.
 *
 * The magnitudes are integers of 24 bits times powers of 2. The division is one of integers, eight bits of the quotient
 * after the other, and the result is put together from its bits: nothing is rounded, but where a smaller dividend and the
 * divisor are added.
 */
export const mod: WgslFunction = {
  name: "mod_f32",
  uses: ["enlarged_f32"],
  source: `fn mod_f32(a: f32, b: f32) -> f32 {
  let dividend = bitcast<u32>(a) & 0x7fffffffu;
  let divisor = bitcast<u32>(b) & 0x7fffffffu;
  let a_sign = bitcast<u32>(a) & 0x80000000u;
  let b_sign = bitcast<u32>(b) & 0x80000000u;
  let differs = a_sign != b_sign;
  if (dividend < divisor) {
    // Below 2⁻⁹⁰ the sum is one of floats that are so much larger that none is subnormal.
    let sum = select(a + b, (enlarged_f32(a) + enlarged_f32(b)) * ${float(2 ** -100)}, divisor < 0x12800000u);
    let smaller = select(bitcast<u32>(a), bitcast<u32>(sum), differs & (dividend != 0u));
    return bitcast<f32>(select(smaller, 0x7fc00000u, divisor > 0x7f800000u));
  }
  let exponent = max(divisor >> 23u, 1u);
  let modulus = max(select(divisor, (divisor & 0x007fffffu) | 0x00800000u, divisor >= 0x00800000u), 1u);
  var rest = select(dividend, (dividend & 0x007fffffu) | 0x00800000u, dividend >= 0x00800000u) % modulus;
  var left = max(dividend >> 23u, 1u) - exponent;
  while (left > 0u) {
    let step = min(left, 8u);
    rest = (rest << step) % modulus;
    left -= step;
  }
  let sign = select(b_sign, a_sign, rest == 0u);
  let magnitude = select(rest, modulus - rest, differs & (rest != 0u));
  let digits = bitcast<u32>(f32(magnitude));
  let is_subnormal = (digits >> 23u) + exponent <= 150u;
  let normal = select(digits + (exponent << 23u) - (150u << 23u), 0u, magnitude == 0u);
  let result = sign | select(normal, magnitude << (exponent - 1u), is_subnormal);
  return bitcast<f32>(select(result, 0x7fc00000u, (divisor == 0u) | (dividend >= 0x7f800000u)));
}`
}
