import { DataError } from "@residual/train"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { FailureError } from "../commandError.ts"
import type { Configuration } from "../configuration/configuration.ts"
import type { GivenSettings } from "../configuration/flags.ts"
import { isAddress } from "./source/sourceBytes.ts"

/**
 * Tells, where the data of a run cannot be read since the path that was written down for it leads nowhere from the current
 * folder, that paths begin there, and which flag says where the data are.
 */
export const orSayWhere =
  ({ data: { path } }: Configuration, { data, text }: GivenSettings, flag: string) =>
  <A, E, R>(opened: Effect.Effect<A, E, R>) =>
    Effect.catch(opened, (error) =>
      Effect.gen(function* () {
        const isGiven = data !== undefined || text !== undefined
        if (!(error instanceof DataError) || path === null || isGiven || isAddress(path)) {
          return yield* Effect.fail(error)
        }
        const [files, { isAbsolute }] = [yield* FileSystem.FileSystem, yield* Path.Path]
        if (yield* Effect.orElseSucceed(files.exists(path), () => true)) return yield* Effect.fail(error)
        const from = isAbsolute(path) ? "" : "data.path is relative to the current folder; "
        return yield* Effect.fail(new FailureError({ message: `${error.message}; ${from}${flag} says where they are` }))
      })
    )
