import { halfPiHigh, halfPiLow } from "../../kernel/elementary/halfPi.ts"
import { twoOverPi } from "../../kernel/elementary/twoOverPi.ts"
import type { WgslFunction } from "../wgsl/wgslFunction.ts"
import { float } from "./float.ts"

// 32 zeros more before them: smaller angles want them.
const words = [0n, ...twoOverPi.flatMap((word) => [word >> 32n, word & 0xffff_ffffn])]
const table = words.map((word) => `0x${word.toString(16).padStart(8, "0")}u`).join(", ")

// π/2 · 2⁻⁶⁴ in two parts.
const unitHigh = halfPiHigh * 2 ** -64
const unitLow = halfPiLow * 2 ** -64

/**
 * The rest of a finite float from 2¹¹ on, less the nearest multiple of π/2, and that multiple's number modulo 4.
 *
 * M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983): the float is an
 * integer of 24 bits times 2ᵉ. Bits of 2/π that give multiples of 4 when multiplied by it do not matter. Of the 96 that
 * follow, the product modulo 4 has 62 bits after the point, and no such float comes closer to a multiple of π/2 than 2^-29.3.
 */
export const largeAngle: WgslFunction = {
  name: "large_angle_f32",
  uses: ["multiply_high"],
  source: `fn large_angle_f32(x: f32) -> vec2<f32> {
  var digits = array<u32, ${words.length}>(${table});
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let significand = (bits & 0x007fffffu) | 0x00800000u;
  // The first bit that matters stands for 2, once it is multiplied by 2ᵉ. It is in the table for ∞ and NaN, too.
  let place = (bits >> 23u) - 112u;
  let word = min(place >> 5u, ${words.length - 4}u);
  let within = place & 31u;
  // A shift by 32 would be one by 0: it is made in two steps.
  let first = (digits[word] << within) | ((digits[word + 1u] >> 1u) >> (31u - within));
  let second = (digits[word + 1u] << within) | ((digits[word + 2u] >> 1u) >> (31u - within));
  let third = (digits[word + 2u] << within) | ((digits[word + 3u] >> 1u) >> (31u - within));
  let middle = significand * second;
  let lower = middle + multiply_high(significand, third);
  let upper = significand * first + multiply_high(significand, second) + select(0u, 1u, lower < middle);
  let count = (upper + 0x20000000u) >> 30u;
  // What is left, as a fraction of π/2 in 64 bits with a sign: its complement is its negative, but for the last bit.
  let high = (upper << 2u) | (lower >> 30u);
  let low = lower << 2u;
  let inverted = select(0u, 0xffffffffu, high >= 0x80000000u);
  let top = high ^ inverted;
  let fraction = f32(top & 0xffffff00u) * ${float(2 ** 32)};
  let remainder = f32(top & 0xffu) * ${float(2 ** 32)} + f32(low ^ inverted);
  let rest = fraction * ${float(unitHigh)} + (fraction * ${float(unitLow)} + remainder * ${float(unitHigh)});
  return vec2<f32>(select(rest, -rest, inverted != 0u), f32(count));
}`
}
