import { ln2High, ln2Low } from "../../kernel/elementary/ln2.ts"
import { logarithmSeries } from "../../kernel/elementary/logarithm.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

/**
 * ln(1 + f) + k · ln 2 for 1 + f from √½ to √2 and an integer k: W. J. Cody and W. Waite, "Software Manual for the
 * Elementary Functions" (1980), chapter 5, with a polynomial in f instead of a rational function.
 */
export const logarithm: WgslFunction = {
  name: "logarithm_f32",
  uses: [],
  source: `fn logarithm_f32(f: f32, k: f32) -> f32 {
  return k * ${float(ln2High)} + (f + (f * f * ${polynomial("f", logarithmSeries)} + k * ${float(ln2Low)}));
}`
}
