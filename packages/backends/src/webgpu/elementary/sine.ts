import { cosineSeries, sineSeries } from "../../kernel/elementary/sine.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"
import { polynomial } from "./polynomial.ts"

// π/2 in parts of which the first three have 13 bits: their products with integers of 11 bits are exact.
const halfPi = [1.570556640625, 0.0002396702766418457, 1.5890691429376602e-8, 2.5633440682570896e-12] as const

// Up to it the nearest multiple of π/2 has a number of 11 bits.
const limit = 3216

/**
 * sin(x + quarters · π/2) for x that is not negative: one of two polynomials in what a reduction by π/2 leaves, by the
 * quadrant. Up to the limit the reduction is Cody and Waite's. NaN where x is not finite.
 */
export const sine: WgslFunction = {
  name: "sine_f32",
  uses: ["kept_f32", "large_angle_f32"],
  source: `fn sine_f32(x: f32, quarters: u32) -> f32 {
  var rest: f32;
  var count: f32;
  if (x < ${float(limit)}) {
    count = round(x * ${float(2 / Math.PI)});
    rest = kept_f32(x - count * ${float(halfPi[0])});
    rest = kept_f32(rest - count * ${float(halfPi[1])});
    rest = kept_f32(rest - count * ${float(halfPi[2])}) - count * ${float(halfPi[3])};
  } else {
    let reduced = large_angle_f32(x);
    rest = reduced.x;
    count = reduced.y;
  }
  let quadrant = u32(count) + quarters;
  let square = rest * rest;
  let even = (1.0f - square * 0.5f) + square * square * ${polynomial("square", cosineSeries)};
  let odd = rest - rest * square * ${polynomial("square", sineSeries)};
  let result = bitcast<u32>(select(odd, even, (quadrant & 1u) == 1u)) ^ ((quadrant & 2u) << 30u);
  return bitcast<f32>(select(result, 0x7fc00000u, (bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u));
}`
}
