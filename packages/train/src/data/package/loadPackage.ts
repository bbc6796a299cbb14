import * as Effect from "effect/Effect"
import { DataError } from "../dataError.ts"

/** The packages that read some formats, which are installed where they are wanted, and their versions. */
export const packageVersions = {
  "@zip.js/zip.js": "2.24.0",
  "fast-png": "8.0.0",
  hyparquet: "1.33.0",
  "hyparquet-compressors": "1.1.2",
  "jpeg-js": "0.4.4"
} as const

/** A package of those, for a source that needs it. Fails with how to install it. */
export const loadPackage = <A>(
  source: string,
  name: keyof typeof packageVersions,
  load: () => Promise<A>
): Effect.Effect<A, DataError> =>
  Effect.tryPromise({
    try: load,
    catch: (cause) => {
      const how = `npm install ${name}@${packageVersions[name]}`
      const why = cause instanceof Error ? cause.message.split("\n")[0] : `${cause}`
      return new DataError({
        source,
        reason: `reading it takes the package ${name} (${how}), which does not load: ${why}`
      })
    }
  })
