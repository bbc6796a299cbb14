import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** A magnitude with the sign of another float. */
export const withSign: WgslFunction = {
  name: "with_sign_f32",
  uses: [],
  source: `fn with_sign_f32(magnitude: f32, sign: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(magnitude) & 0x7fffffffu) | (bitcast<u32>(sign) & 0x80000000u));
}`
}
