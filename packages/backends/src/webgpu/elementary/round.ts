import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** The nearest integer, the even one of two that are as near. */
export const round: WgslFunction = {
  name: "round_f32",
  uses: ["unless_nan_f32"],
  source: `fn round_f32(x: f32) -> f32 {
  return unless_nan_f32(round(x), x);
}`
}
