import * as Argument from "effect/cli/Argument"

/** A run's checkpoint. */
export const checkpointArgument = Argument.String("checkpoint").pipe(
  Argument.withDescription("A checkpoint's file, or a run's folder: its best checkpoint, or else its latest")
)
