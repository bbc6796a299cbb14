import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** √x, and NaN for negative operands, which WGSL leaves open. */
export const sqrt: WgslFunction = {
  name: "sqrt_f32",
  uses: [],
  source: `fn sqrt_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let is_undefined = (bits > 0x7f800000u) & (bits != 0x80000000u);
  return bitcast<f32>(select(bitcast<u32>(sqrt(x)), 0x7fc00000u, is_undefined));
}`
}
