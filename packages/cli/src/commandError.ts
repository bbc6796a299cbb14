import * as Data from "effect/Data"

/** A command that was asked for wrongly, beyond what its flags say of themselves: exit code 1. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/** A run that was described wrongly, with everything that is wrong with it: exit code 1. */
export class ConfigurationError extends Data.TaggedError("ConfigurationError")<{
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.problems.join("; ")
  }
}

/** A command that could not do what it was asked for: exit code 2. */
export class FailureError extends Data.TaggedError("FailureError")<{ readonly message: string }> {}

/** The same, where there is more to tell than one line: exit code 2. */
export class FailuresError extends Data.TaggedError("FailuresError")<{ readonly problems: ReadonlyArray<string> }> {
  override get message(): string {
    return this.problems.join("; ")
  }
}

/** A check that did its work and found something wrong, which it has printed: exit code 1. */
export class CheckError extends Data.TaggedError("CheckError")<{ readonly failed: number }> {}
