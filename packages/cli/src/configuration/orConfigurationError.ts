import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ConfigurationError } from "../commandError.ts"

/** What settings make, or a failure with everything that is wrong with them. */
export const orConfigurationError = <A>(
  result: Result.Result<A, ReadonlyArray<string>>
): Effect.Effect<A, ConfigurationError> =>
  Effect.fromResult(Result.mapError(result, (problems) => new ConfigurationError({ problems })))
