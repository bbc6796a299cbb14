import {
  erfcSeries,
  erfMiddle,
  erfSaturates,
  erfSeries,
  rootOfErfc,
  slopeOfErfc
} from "../../kernel/elementary/errorFunction.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// Operands are taken so much larger for a while: what is added to small ones is else lost where it is subnormal.
const scale = 2 ** 24

/**
 * A polynomial for |x| up to 0.98, and 1 - erfc(|x|) beyond, erfc as the fourth power of a polynomial. Both are computed.
 * The second takes no operand below the limit, and so no value below that at the limit; the first leaves erf upwards: the
 * lower one of the two is the result.
 */
export const erf: WgslFunction = {
  name: "erf_f32",
  uses: ["with_sign_f32", "unless_nan_f32"],
  source: `fn erf_f32(x: f32) -> f32 {
  let magnitude = min(abs(x), ${float(erfSaturates)});
  let square = magnitude * magnitude;
  let scaled = magnitude * ${float(scale)};
  let close = (scaled + scaled * ${polynomial("square", erfSeries)}) * ${float(1 / scale)};
  let beyond = max(magnitude, ${float(erfMiddle)}) - ${float(erfMiddle)};
  let y = beyond * ${polynomial("beyond", erfcSeries)};
  let root = ${float(rootOfErfc)} + y * (y + ${float(slopeOfErfc)});
  return unless_nan_f32(with_sign_f32(min(close, 1.0f - root * root), x), x);
}`
}
