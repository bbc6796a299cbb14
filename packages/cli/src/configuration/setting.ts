import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The integers that a number can be told from its neighbours, in words. */
export const exactIntegers = `an integer from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`

/** A whole number above 0. */
export const Positive = Schema.Int.check(Schema.isGreaterThan(0))

/** A whole number, 0 among them. */
export const Natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A number above 0. */
export const PositiveNumber = Schema.Finite.check(Schema.isGreaterThan(0))

/** A number that is added to a denominator, which it keeps above 0 in 32 bits, too. */
export const Addend = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(1e-30))

/** A number, 0 among them. */
export const NotNegative = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** A part of a whole that is not all of it. */
export const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))

/** Text that is not empty. */
export const Words = Schema.NonEmptyString

/** A setting that has to be given, and what it means. */
export const required = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

/** A setting with what it is where it is not given, and what it means. */
export const setting = <S extends Schema.Top & { readonly DecodingServices: never }>(
  schema: S,
  byDefault: S["Encoded"],
  description: string
) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(byDefault))(schema.annotate({ description, default: byDefault }) as S)

/** A setting that may be absent, which `null` says and which it is where nothing is said; and what it means. */
export const optional = <S extends Schema.Top & { readonly DecodingServices: never }>(schema: S, description: string) =>
  setting(Schema.NullOr(schema), null, description)
