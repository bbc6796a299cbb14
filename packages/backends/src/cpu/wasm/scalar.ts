import type { Code } from "./code.ts"
import { binary, load, store, unary } from "./encode.ts"
import { byte, float32, float64, raw, signed, signed64 } from "./writer.ts"

/** Picks `a` where the condition is not 0, else `b`; both are computed. */
export const select =
  (a: Code, b: Code, condition: Code, isVector = false): Code =>
  (to) => {
    a(to)
    b(to)
    condition(to)
    if (isVector) raw(to, [0x1c, 0x01, 0x7b])
    else byte(to, 0x1b)
  }

/** Instructions on integers of 32 bits, addresses and truth values among them. */
export const i32 = {
  constant:
    (value: number): Code =>
    (to) => {
      byte(to, 0x41)
      signed(to, value)
    },
  isZero: unary(0x45),
  equal: binary(0x46),
  notEqual: binary(0x47),
  lessSigned: binary(0x48),
  lessUnsigned: binary(0x49),
  greaterSigned: binary(0x4a),
  greaterUnsigned: binary(0x4b),
  lessEqualSigned: binary(0x4c),
  lessEqualUnsigned: binary(0x4d),
  greaterEqualSigned: binary(0x4e),
  greaterEqualUnsigned: binary(0x4f),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  divSigned: binary(0x6d),
  divUnsigned: binary(0x6e),
  remSigned: binary(0x6f),
  remUnsigned: binary(0x70),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftLeft: binary(0x74),
  shiftRightSigned: binary(0x75),
  shiftRightUnsigned: binary(0x76),
  rotateLeft: binary(0x77),
  truncateSaturatedF32Signed:
    (a: Code): Code =>
    (to) => {
      a(to)
      raw(to, [0xfc, 0x00])
    },
  truncateSaturatedF32Unsigned:
    (a: Code): Code =>
    (to) => {
      a(to)
      raw(to, [0xfc, 0x01])
    },
  truncateSaturatedF64Signed:
    (a: Code): Code =>
    (to) => {
      a(to)
      raw(to, [0xfc, 0x02])
    },
  truncateSaturatedF64Unsigned:
    (a: Code): Code =>
    (to) => {
      a(to)
      raw(to, [0xfc, 0x03])
    },
  wrapI64: unary(0xa7),
  reinterpretF32: unary(0xbc),
  load: load(0x28, 2),
  load8Unsigned: load(0x2d, 0),
  store: store(0x36, 2),
  store8: store(0x3a, 0)
} as const

/** Instructions on integers of 64 bits. */
export const i64 = {
  constant:
    (value: bigint): Code =>
    (to) => {
      byte(to, 0x42)
      signed64(to, value)
    },
  add: binary(0x7c),
  sub: binary(0x7d),
  mul: binary(0x7e),
  divUnsigned: binary(0x80),
  and: binary(0x83),
  or: binary(0x84),
  shiftLeft: binary(0x86),
  shiftRightSigned: binary(0x87),
  shiftRightUnsigned: binary(0x88),
  extendI32Signed: unary(0xac),
  extendI32Unsigned: unary(0xad),
  load: load(0x29, 3),
  store: store(0x37, 3)
} as const

/** Instructions on floats of 32 bits. */
export const f32 = {
  constant:
    (value: number): Code =>
    (to) => {
      byte(to, 0x43)
      float32(to, value)
    },
  equal: binary(0x5b),
  notEqual: binary(0x5c),
  less: binary(0x5d),
  greater: binary(0x5e),
  lessEqual: binary(0x5f),
  greaterEqual: binary(0x60),
  abs: unary(0x8b),
  neg: unary(0x8c),
  ceil: unary(0x8d),
  floor: unary(0x8e),
  truncate: unary(0x8f),
  nearest: unary(0x90),
  sqrt: unary(0x91),
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
  min: binary(0x96),
  max: binary(0x97),
  convertI32Signed: unary(0xb2),
  convertI32Unsigned: unary(0xb3),
  demoteF64: unary(0xb6),
  reinterpretI32: unary(0xbe),
  load: load(0x2a, 2),
  store: store(0x38, 2)
} as const

/** Instructions on floats of 64 bits. */
export const f64 = {
  constant:
    (value: number): Code =>
    (to) => {
      byte(to, 0x44)
      float64(to, value)
    },
  equal: binary(0x61),
  notEqual: binary(0x62),
  less: binary(0x63),
  greater: binary(0x64),
  lessEqual: binary(0x65),
  greaterEqual: binary(0x66),
  abs: unary(0x99),
  neg: unary(0x9a),
  ceil: unary(0x9b),
  floor: unary(0x9c),
  truncate: unary(0x9d),
  nearest: unary(0x9e),
  sqrt: unary(0x9f),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  min: binary(0xa4),
  max: binary(0xa5),
  convertI32Signed: unary(0xb7),
  convertI32Unsigned: unary(0xb8),
  convertI64Signed: unary(0xb9),
  promoteF32: unary(0xbb),
  load: load(0x2b, 3),
  store: store(0x39, 3)
} as const

/** Copies bytes, which may overlap: to, from, how many. */
export const copyBytes =
  (target: Code, source: Code, count: Code): Code =>
  (to) => {
    target(to)
    source(to)
    count(to)
    raw(to, [0xfc, 0x0a, 0x00, 0x00])
  }

/** Fills bytes: where, with which value, how many. */
export const fillBytes =
  (target: Code, value: Code, count: Code): Code =>
  (to) => {
    target(to)
    value(to)
    count(to)
    raw(to, [0xfc, 0x0b, 0x00])
  }
