import type { Code } from "./code.ts"
import {
  access,
  extractLane,
  laneLoad,
  laneStore,
  replaceLane,
  vectorBinary,
  vectorLoad,
  vectorOpcode,
  vectorTernary,
  vectorUnary
} from "./encode.ts"
import { raw } from "./writer.ts"

/** Instructions on vectors of 128 bits as such. */
export const v128 = {
  /** Four words. */
  constant:
    (words: readonly [number, number, number, number]): Code =>
    (to) => {
      vectorOpcode(to, 12)
      raw(to, new Uint8Array(Uint32Array.from(words).buffer))
    },
  load: vectorLoad(0, 2),
  load32Splat: vectorLoad(9, 2),
  load64Splat: vectorLoad(10, 3),
  load32Zero: vectorLoad(92, 2),
  load64Zero: vectorLoad(93, 3),
  load32Lane: laneLoad(86, 2),
  load64Lane: laneLoad(87, 3),
  store: (address: Code, value: Code, offset = 0): Code => {
    const at = access((to) => vectorOpcode(to, 11), 2)(offset)
    return (to) => {
      address(to)
      value(to)
      at(to)
    }
  },
  store32Lane: laneStore(90, 2),
  store64Lane: laneStore(91, 3),
  not: vectorUnary(77),
  and: vectorBinary(78),
  andNot: vectorBinary(79),
  or: vectorBinary(80),
  xor: vectorBinary(81),
  /** Bits of `a` where the mask has ones, of `b` where it has zeros. */
  bitSelect: vectorTernary(82),
  anyTrue: vectorUnary(83)
} as const

/** Moves bytes about: each place of the result names a byte of `a` (0 to 15) or of `b` (16 to 31). */
export const shuffle =
  (a: Code, b: Code, places: ReadonlyArray<number>): Code =>
  (to) => {
    a(to)
    b(to)
    vectorOpcode(to, 13)
    raw(to, places)
  }

/** Moves lanes of 32 bits about: each place of the result names a lane of `a` (0 to 3) or of `b` (4 to 7). */
export const shuffle32 = (a: Code, b: Code, lanes: readonly [number, number, number, number]): Code =>
  shuffle(
    a,
    b,
    lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])
  )

/** Instructions on four integers of 32 bits. A comparison gives lanes of ones or zeros. */
export const i32x4 = {
  splat: vectorUnary(17),
  constant: (value: number): Code => v128.constant([value, value, value, value]),
  extractLane: extractLane(27),
  replaceLane: replaceLane(28),
  equal: vectorBinary(55),
  notEqual: vectorBinary(56),
  lessSigned: vectorBinary(57),
  lessUnsigned: vectorBinary(58),
  greaterSigned: vectorBinary(59),
  greaterUnsigned: vectorBinary(60),
  lessEqualSigned: vectorBinary(61),
  lessEqualUnsigned: vectorBinary(62),
  greaterEqualSigned: vectorBinary(63),
  greaterEqualUnsigned: vectorBinary(64),
  abs: vectorUnary(160),
  neg: vectorUnary(161),
  allTrue: vectorUnary(163),
  bitmask: vectorUnary(164),
  /** The shift is an integer of 32 bits, the same for all lanes. */
  shiftLeft: vectorBinary(171),
  shiftRightSigned: vectorBinary(172),
  shiftRightUnsigned: vectorBinary(173),
  add: vectorBinary(174),
  sub: vectorBinary(177),
  mul: vectorBinary(181),
  minSigned: vectorBinary(182),
  minUnsigned: vectorBinary(183),
  maxSigned: vectorBinary(184),
  maxUnsigned: vectorBinary(185),
  truncateSaturatedF32Signed: vectorUnary(248),
  truncateSaturatedF32Unsigned: vectorUnary(249),
  truncateSaturatedF64SignedZero: vectorUnary(252),
  extendLowI16Unsigned: vectorUnary(169),
  /** Eight integers of 16 bits from two times four, saturated. */
  narrowToI16: vectorBinary(133)
} as const

/** Instructions on smaller integers, for bools that are bytes in memory. */
export const i16x8 = { extendLowI8Unsigned: vectorUnary(137), narrowToI8Unsigned: vectorBinary(102) } as const

/** Instructions on two integers of 64 bits. */
export const i64x2 = {
  splat: vectorUnary(18),
  extractLane: extractLane(29),
  shiftLeft: vectorBinary(203),
  shiftRightSigned: vectorBinary(204),
  shiftRightUnsigned: vectorBinary(205),
  add: vectorBinary(206),
  sub: vectorBinary(209),
  mul: vectorBinary(213),
  equal: vectorBinary(214),
  extendLowI32Signed: vectorUnary(199),
  extendLowI32Unsigned: vectorUnary(201)
} as const

/** Instructions on four floats of 32 bits. */
export const f32x4 = {
  splat: vectorUnary(19),
  constant: (value: number): Code => {
    const [word] = new Uint32Array(Float32Array.of(value).buffer) as unknown as readonly [number]
    return v128.constant([word, word, word, word])
  },
  extractLane: extractLane(31),
  replaceLane: replaceLane(32),
  equal: vectorBinary(65),
  notEqual: vectorBinary(66),
  less: vectorBinary(67),
  greater: vectorBinary(68),
  lessEqual: vectorBinary(69),
  greaterEqual: vectorBinary(70),
  ceil: vectorUnary(103),
  floor: vectorUnary(104),
  truncate: vectorUnary(105),
  nearest: vectorUnary(106),
  abs: vectorUnary(224),
  neg: vectorUnary(225),
  sqrt: vectorUnary(227),
  add: vectorBinary(228),
  sub: vectorBinary(229),
  mul: vectorBinary(230),
  div: vectorBinary(231),
  /** NaN spreads, and -0 is below +0. */
  min: vectorBinary(232),
  max: vectorBinary(233),
  /** `b < a ? b : a` and `a < b ? b : a`, which take one instruction. */
  pseudoMin: vectorBinary(234),
  pseudoMax: vectorBinary(235),
  convertI32Signed: vectorUnary(250),
  convertI32Unsigned: vectorUnary(251),
  /** The two lanes of a vector of 64 bits, and zeros. */
  demoteF64Zero: vectorUnary(94),
  /** a · b + c, rounded once or twice as the engine likes. */
  relaxedMultiplyAdd: vectorTernary(0x105),
  /** c - a · b, likewise. */
  relaxedNegatedMultiplyAdd: vectorTernary(0x106)
} as const

/** Instructions on two floats of 64 bits. */
export const f64x2 = {
  splat: vectorUnary(20),
  constant: (value: number): Code => {
    const [low, high] = new Uint32Array(Float64Array.of(value).buffer) as unknown as readonly [number, number]
    return v128.constant([low, high, low, high])
  },
  extractLane: extractLane(33),
  replaceLane: replaceLane(34),
  equal: vectorBinary(71),
  notEqual: vectorBinary(72),
  less: vectorBinary(73),
  greater: vectorBinary(74),
  lessEqual: vectorBinary(75),
  greaterEqual: vectorBinary(76),
  ceil: vectorUnary(116),
  floor: vectorUnary(117),
  truncate: vectorUnary(122),
  nearest: vectorUnary(148),
  abs: vectorUnary(236),
  neg: vectorUnary(237),
  sqrt: vectorUnary(239),
  add: vectorBinary(240),
  sub: vectorBinary(241),
  mul: vectorBinary(242),
  div: vectorBinary(243),
  min: vectorBinary(244),
  max: vectorBinary(245),
  pseudoMin: vectorBinary(246),
  pseudoMax: vectorBinary(247),
  promoteLowF32: vectorUnary(95),
  convertLowI32Signed: vectorUnary(254),
  relaxedMultiplyAdd: vectorTernary(0x107),
  relaxedNegatedMultiplyAdd: vectorTernary(0x108)
} as const
