import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** Whether a float is NaN, by its bits: compilers may take it that no float is. */
export const isNan: WgslFunction = {
  name: "is_nan",
  uses: [],
  source: `fn is_nan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`
}
