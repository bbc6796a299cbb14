import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** ∞, which WGSL has no constant for. */
export const infinity: WgslFunction = {
  name: "infinity_f32",
  uses: [],
  source: `fn infinity_f32() -> f32 {
  let bits = 0x7f800000u;
  return bitcast<f32>(bits);
}`
}
