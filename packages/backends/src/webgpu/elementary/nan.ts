import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** NaN, which WGSL has no constant for. */
export const nan: WgslFunction = {
  name: "nan_f32",
  uses: [],
  source: `fn nan_f32() -> f32 {
  let bits = 0x7fc00000u;
  return bitcast<f32>(bits);
}`
}
