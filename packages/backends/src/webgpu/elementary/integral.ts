import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** The quotient towards zero, 0 for a divisor of 0; what overflows wraps around. */
export const divideSigned: WgslFunction = {
  name: "div_i32",
  uses: [],
  source: `fn div_i32(a: i32, b: i32) -> i32 {
  return select(a / b, 0, b == 0);
}`
}

/** The quotient rounded down, 0 for a divisor of 0. */
export const divideUnsigned: WgslFunction = {
  name: "div_u32",
  uses: [],
  source: `fn div_u32(a: u32, b: u32) -> u32 {
  return select(a / b, 0u, b == 0u);
}`
}

/** The remainder of the division that rounds down, 0 for a divisor of 0. */
export const modSigned: WgslFunction = {
  name: "mod_i32",
  uses: [],
  source: `fn mod_i32(a: i32, b: i32) -> i32 {
  let rest = a % b;
  return select(rest, rest + b, (rest != 0) & ((rest ^ b) < 0));
}`
}

/** The remainder, 0 for a divisor of 0. */
export const modUnsigned: WgslFunction = {
  name: "mod_u32",
  uses: [],
  source: `fn mod_u32(a: u32, b: u32) -> u32 {
  return a % b;
}`
}
