import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** ln(x) = k · ln 2 + ln(m) for x = 2ᵏ · m. The bits of positive finite operands, less 1, are below 7f7fffff. */
export const log: WgslFunction = {
  name: "log_f32",
  uses: ["split_f32", "logarithm_f32"],
  source: `fn log_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let parts = split_f32(bits);
  let result = logarithm_f32(parts.x - 1.0f, parts.y);
  let not_positive = select(0x7fc00000u, 0xff800000u, (bits << 1u) == 0u);
  let special = select(not_positive, 0x7f800000u, bits == 0x7f800000u);
  return bitcast<f32>(select(bitcast<u32>(result), special, bits - 1u >= 0x7f7fffffu));
}`
}
