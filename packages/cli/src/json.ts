import { Flag } from "effect/cli"

/** The flag that asks for one JSON object a line. */
export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("One JSON object a line on stdout")
)
