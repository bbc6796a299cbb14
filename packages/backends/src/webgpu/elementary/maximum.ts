import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** The greater of two floats, NaN where one of them is, as integers: those of negative floats are in the other order. */
export const maximum: WgslFunction = {
  name: "maximum_f32",
  uses: ["is_nan"],
  source: `fn maximum_f32(a: f32, b: f32) -> f32 {
  let x = bitcast<i32>(a);
  let y = bitcast<i32>(b);
  let greater = select(max(x, y), min(x, y), (x & y) < 0);
  return bitcast<f32>(select(greater, 0x7fc00000, is_nan(a) | is_nan(b)));
}`
}
