import * as Flag from "effect/cli/Flag"

/** The flag that asks for one JSON object a line. */
export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("One JSON object a line on stdout")
)
