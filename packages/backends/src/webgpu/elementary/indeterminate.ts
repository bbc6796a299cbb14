import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/*
 * Compilers may take no operand for infinite or NaN, and so x · 0 for 0 and x / x for 1, whatever x is. These find out by
 * the bits, which nobody takes for granted.
 */

/** x · 0 and x / ∞, which are NaN where x is not finite. */
export const timesZero: WgslFunction = {
  name: "times_zero_f32",
  uses: [],
  source: `fn times_zero_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  return bitcast<f32>(select(bits & 0x80000000u, 0x7fc00000u, (bits & 0x7f800000u) == 0x7f800000u));
}`
}

/** 0 / x, which is NaN where x is 0 or NaN. */
export const zeroOver: WgslFunction = {
  name: "zero_over_f32",
  uses: [],
  source: `fn zero_over_f32(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  return bitcast<f32>(select(bits & 0x80000000u, 0x7fc00000u, (magnitude == 0u) | (magnitude > 0x7f800000u)));
}`
}

/** x / x, which is NaN where x is 0 or not finite. */
export const overItself: WgslFunction = {
  name: "over_itself_f32",
  uses: [],
  source: `fn over_itself_f32(x: f32) -> f32 {
  let magnitude = bitcast<u32>(x) & 0x7fffffffu;
  return bitcast<f32>(select(0x3f800000u, 0x7fc00000u, (magnitude == 0u) | (magnitude >= 0x7f800000u)));
}`
}

/** x - x, which is NaN where x is not finite. */
export const minusItself: WgslFunction = {
  name: "minus_itself_f32",
  uses: [],
  source: `fn minus_itself_f32(x: f32) -> f32 {
  return bitcast<f32>(select(0u, 0x7fc00000u, (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u));
}`
}
