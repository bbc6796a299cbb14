import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"

/** A float without its fraction, the nearest integer where it is beyond all, 0 where it is NaN. */
export const castSigned: WgslFunction = {
  name: "cast_f32_i32",
  uses: ["is_nan"],
  source: `fn cast_f32_i32(x: f32) -> i32 {
  let within = i32(clamp(x, ${float(-(2 ** 31))}, ${float(2 ** 31 - 128)}));
  return select(select(within, 0x7fffffff, x >= ${float(2 ** 31)}), 0, is_nan(x));
}`
}

/** The same of integers without sign. */
export const castUnsigned: WgslFunction = {
  name: "cast_f32_u32",
  uses: ["is_nan"],
  source: `fn cast_f32_u32(x: f32) -> u32 {
  let within = u32(clamp(x, 0.0f, ${float(2 ** 32 - 256)}));
  return select(select(within, 0xffffffffu, x >= ${float(2 ** 32)}), 0u, is_nan(x));
}`
}

/** Whether a float is not 0. NaN is not. */
export const castBool: WgslFunction = {
  name: "cast_f32_bool",
  uses: [],
  source: `fn cast_f32_bool(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) != 0u;
}`
}
