import type { AnyExpr } from "@residual/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** How a case's op is composed of the library's: from its inputs and its attributes as the file has them. */
export type Row = (inputs: ReadonlyArray<AnyExpr>, attrs: unknown) => Result.Result<AnyExpr, string>

/**
 * A row from the number of inputs, the attributes that an op may have, and the composition. Attributes that it does not
 * list are refused, since they would be left out silently.
 */
export const row =
  <Attrs>(
    counts: number | readonly [least: number, most: number],
    attributes: Schema.ConstraintDecoder<Attrs>,
    compose: (inputs: ReadonlyArray<AnyExpr>, attrs: Attrs) => AnyExpr
  ): Row =>
  (inputs, attrs) => {
    const [least, most] = typeof counts === "number" ? [counts, counts] : counts
    if (inputs.length < least || inputs.length > most) {
      return Result.fail(`it takes ${least === most ? least : `${least} to ${most}`} inputs, not ${inputs.length}`)
    }
    return Result.mapBoth(Schema.decodeUnknownResult(attributes)(attrs, { onExcessProperty: "error" }), {
      onSuccess: (decoded) => compose(inputs, decoded),
      onFailure: ({ message }) => `its attributes are wrong: ${message.replaceAll(/\s*\n\s*/g, " ")}`
    })
  }

/** The input of a position, which the count of the row guarantees. */
export const at = (inputs: ReadonlyArray<AnyExpr>, position: number): AnyExpr => inputs[position] as AnyExpr

/** The attributes of an op that has none. */
export const NoAttributes = Schema.Record(Schema.String, Schema.Never)

/** A list of whole numbers, such as axes and sizes. */
export const Whole = Schema.Array(Schema.Int)
