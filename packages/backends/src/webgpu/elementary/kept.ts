import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/**
 * A float of magnitude below 2, as it is. Its bit 30 is clear, and is cleared; but no compiler knows the former. None
 * then takes what was rounded here for the exact sum or product, as those do that reorder operations.
 */
export const kept: WgslFunction = {
  name: "kept_f32",
  uses: [],
  source: `fn kept_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xbfffffffu);
}`
}
