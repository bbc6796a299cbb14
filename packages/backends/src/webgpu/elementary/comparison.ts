import type { WgslFunction } from "../wgsl/wgslFunction.ts"

const comparison = (name: string, operator: "<" | "=="): WgslFunction => ({
  name,
  uses: ["is_nan"],
  source: `fn ${name}(a: f32, b: f32) -> bool {
  return (a ${operator} b) & !is_nan(a) & !is_nan(b);
}`
})

/** Whether a float is less than another; NaN is not, and nothing is less than it. Compilers may leave NaN out of account. */
export const less = comparison("less_f32", "<")

/** Whether two floats are equal; NaN is not even to itself. */
export const equal = comparison("equal_f32", "==")
