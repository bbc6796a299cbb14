import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** The upper 12 of a float's 24 bits: the products of two such floats are exact, fused with a sum or not. */
export const upper: WgslFunction = {
  name: "upper_f32",
  uses: [],
  source: `fn upper_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}`
}
