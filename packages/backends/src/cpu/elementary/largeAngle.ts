import { twoOverPi } from "../../kernel/elementary/twoOverPi.ts"
import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import { functionOf } from "../wasm/function.ts"
import { f32, f32x4, f64, i32, i32x4, i64, select } from "../wasm/instructions.ts"

/**
 * x = n · π/2 + rest - excess for four floats of 2¹⁷ and more: returns the rests, which are NaN for ∞ and NaN, what their
 * rounding added, and the integers n modulo 4.
 *
 * M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983): x is an integer
 * of 24 bits times 2ᵉ. Bits of 2/π that give multiples of 4 when multiplied by it do not matter. Of the 96 that follow, the
 * product modulo 4 has 62 bits after the point, and no such float comes closer to a multiple of π/2 than 2^-29.3.
 */
export const largeAngle = functionOf(["v128"], ["v128", "v128", "v128"], ([x], local) => {
  const operand = x as Local
  const rests = local("v128")
  const excesses = local("v128")
  const counts = local("v128")
  const bits = local("i32")
  const place = local("i32")
  const second = local("i32")
  const mantissa = local("i64")
  const within = local("i64")
  const words = [local("i64"), local("i64"), local("i64")] as const
  const turns = local("i64")
  const exact = local("f64")
  const rounded = local("f32")

  // 64 bits from `within` on, of two words. A shift by 64 would be one by 0: it is made in two steps.
  const window = (high: Local, low: Local): Code =>
    i64.or(
      i64.shiftLeft(get(high), get(within)),
      i64.shiftRightUnsigned(
        i64.shiftRightUnsigned(get(low), i64.constant(1n)),
        i64.sub(i64.constant(63n), get(within))
      )
    )

  const lane = (at: number): Code =>
    sequence(
      set(bits, i32x4.extractLane(get(operand), at)),
      set(
        mantissa,
        i64.extendI32Unsigned(i32.or(i32.and(get(bits), i32.constant(0x007f_ffff)), i32.constant(0x0080_0000)))
      ),
      // The first bit that matters stands for 2, once it is multiplied by 2ᵉ.
      set(place, i32.sub(i32.shiftRightUnsigned(get(bits), i32.constant(23)), i32.constant(144))),
      set(second, i32.greaterEqualSigned(get(place), i32.constant(64))),
      set(within, i64.extendI32Unsigned(i32.and(get(place), i32.constant(63)))),
      ...words.map((word, n) =>
        set(word, select(i64.constant(twoOverPi[n + 1] as bigint), i64.constant(twoOverPi[n] as bigint), get(second)))
      ),
      set(
        turns,
        i64.add(
          i64.mul(get(mantissa), window(words[0], words[1])),
          i64.shiftRightUnsigned(
            i64.mul(get(mantissa), i64.shiftRightUnsigned(window(words[1], words[2]), i64.constant(32n))),
            i64.constant(32n)
          )
        )
      ),
      set(
        counts,
        i32x4.replaceLane(
          get(counts),
          at,
          i32.wrapI64(i64.shiftRightUnsigned(i64.add(get(turns), i64.constant(1n << 61n)), i64.constant(62n)))
        )
      ),
      set(
        exact,
        f64.mul(
          f64.convertI64Signed(i64.shiftLeft(get(turns), i64.constant(2n))),
          f64.constant((Math.PI / 2) * 2 ** -64)
        )
      ),
      set(rounded, f32.demoteF64(get(exact))),
      set(rests, f32x4.replaceLane(get(rests), at, get(rounded))),
      set(
        excesses,
        f32x4.replaceLane(get(excesses), at, f32.demoteF64(f64.sub(f64.promoteF32(get(rounded)), get(exact))))
      )
    )
  return sequence(
    ...[0, 1, 2, 3].map(lane),
    // ∞ - ∞ is a NaN, and x - x is 0 otherwise.
    f32x4.add(get(rests), f32x4.sub(get(operand), get(operand))),
    get(excesses),
    get(counts)
  )
})
