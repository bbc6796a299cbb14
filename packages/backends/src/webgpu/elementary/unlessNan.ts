import type { WgslFunction } from "../wgsl/wgslFunction.ts"

/** A result, or NaN where the operand is. The choice is one of integers, which no compiler leaves out. */
export const unlessNan: WgslFunction = {
  name: "unless_nan_f32",
  uses: ["is_nan"],
  source: `fn unless_nan_f32(result: f32, operand: f32) -> f32 {
  return bitcast<f32>(select(bitcast<u32>(result), 0x7fc00000u, is_nan(operand)));
}`
}
