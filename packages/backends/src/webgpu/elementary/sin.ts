import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** sin(x) = ± sin(|x|). */
export const sin: WgslFunction = {
  name: "sin_f32",
  uses: ["sine_f32"],
  source: `fn sin_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(sine_f32(abs(x), 0u)) ^ (bitcast<u32>(x) & 0x80000000u));
}`
}
