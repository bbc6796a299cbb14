import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** The upper 32 of the 64 bits of a product, from products of halves. */
export const multiplyHigh: WgslFunction = {
  name: "multiply_high",
  uses: [],
  source: `fn multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let other = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (other >> 16u);
}`
}
