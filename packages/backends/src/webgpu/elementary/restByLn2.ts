import { ln2High, ln2Low } from "../../kernel/elementary/ln2.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"

/**
 * x - count · ln 2 for the integer nearest to x / ln 2: W. J. Cody and W. Waite, "Software Manual for the Elementary
 * Functions" (1980), chapter 6.
 */
export const restByLn2: WgslFunction = {
  name: "rest_by_ln2_f32",
  uses: ["kept_f32"],
  source: `fn rest_by_ln2_f32(x: f32, count: f32) -> f32 {
  return kept_f32(x - count * ${float(ln2High)}) - count * ${float(ln2Low)};
}`
}
