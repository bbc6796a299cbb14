import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** The greatest integer that is not greater. */
export const floor: WgslFunction = {
  name: "floor_f32",
  uses: ["unless_nan_f32"],
  source: `fn floor_f32(x: f32) -> f32 {
  return unless_nan_f32(floor(x), x);
}`
}
