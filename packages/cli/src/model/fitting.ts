import { ParameterMismatch } from "@residual/train"
import * as Effect from "effect/Effect"
import { FailuresError } from "../commandError.ts"

/** Tells of a checkpoint that is of another model, or of another way to train it, each tensor on a line. */
export const fitting = <A, E, R>(
  path: string,
  matched: Effect.Effect<A, E | ParameterMismatch, R>
): Effect.Effect<A, Exclude<E, ParameterMismatch> | FailuresError, R> =>
  Effect.mapError(matched, (error) =>
    error instanceof ParameterMismatch
      ? new FailuresError({ problems: mismatchLines(path, error) })
      : (error as Exclude<E, ParameterMismatch>)
  )

/** What is not as a model has it; what belongs to its training is only told where that is all. */
const mismatchLines = (path: string, { missing, unexpected, mismatched }: ParameterMismatch): ReadonlyArray<string> => {
  // No path of a model holds a slash, and every other slot's name does.
  const isModels = (name: string): boolean => !name.includes("/")
  const models = <A>(types: Readonly<Record<string, A>>) =>
    Object.fromEntries(Object.entries(types).filter(([name]) => isModels(name)))
  const own = {
    missing: models(missing),
    unexpected: models(unexpected),
    mismatched: mismatched.filter((each) => isModels(each.path))
  }
  const isNone = own.mismatched.length + Object.keys({ ...own.missing, ...own.unexpected }).length === 0
  const [first, ...others] = new ParameterMismatch(isNone ? { missing, unexpected, mismatched } : own).message.split(
    "\n"
  )
  return [`${path}: ${first}`, ...others]
}
