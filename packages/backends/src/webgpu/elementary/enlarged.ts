import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"

/** x · 2¹⁰⁰ for |x| below 2²⁷. Subnormal floats are converted as the integers that their bits are. */
export const enlarged: WgslFunction = {
  name: "enlarged_f32",
  uses: ["with_sign_f32"],
  source: `fn enlarged_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let subnormal = f32(bits) * ${float(2 ** -49)};
  return with_sign_f32(select(x * ${float(2 ** 100)}, subnormal, bits < 0x00800000u), x);
}`
}
