import * as Effect from "effect/Effect"
import type { Bytes } from "../bytes/bytes.ts"
import { collect } from "../bytes/collect.ts"
import { DataError } from "../dataError.ts"
import type { NumericArray } from "../numericArray.ts"
import { loadPackage } from "../package/loadPackage.ts"
import { npyArray } from "./npy.ts"

/**
 * The arrays of a file in NumPy's format npz, packed or not, by their names: a zip of arrays as `Read.npy` reads them. Zip is
 * read by the package `@zip.js/zip.js`, which is installed beside this one.
 *
 * Fails with a `DataError` where the bytes are of another format, are damaged or end early, or the package is not there; as
 * `Read.npy` does, with the array's name; and as the bytes fail.
 *
 * ```ts
 * import { Bytes, Read } from "@residual/train"
 * import { Effect } from "effect"
 * const saved = Read.npz(Bytes.of("digits.npz", "no zip"))
 * ;(await Effect.runPromise(Effect.flip(saved))).source // => "digits.npz"
 * ```
 */
export const npz = <R>(bytes: Bytes<R>): Effect.Effect<Readonly<Record<string, NumericArray>>, DataError, R> =>
  Effect.gen(function* () {
    const { source } = bytes
    const all = yield* collect(bytes)
    if (all.length === 0) return yield* Effect.fail(new DataError({ source, reason: "it is empty" }))
    const { ZipReader, Uint8ArrayReader, Uint8ArrayWriter } = yield* loadPackage(
      source,
      "@zip.js/zip.js",
      () => import("@zip.js/zip.js")
    )
    const files = yield* Effect.tryPromise({
      try: async () => {
        const reader = new ZipReader(new Uint8ArrayReader(all), { checkSignature: true, useWebWorkers: false })
        const found: Array<readonly [name: string, contents: Uint8Array<ArrayBuffer>]> = []
        for (const entry of await reader.getEntries()) {
          if (entry.directory) continue
          found.push([entry.filename, new Uint8Array(await entry.getData(new Uint8ArrayWriter()))])
        }
        return found
      },
      catch: (cause) => new DataError({ source, reason: `it is no whole zip: ${(cause as Error).message}` })
    })
    const arrays = yield* Effect.forEach(files, ([name, contents]) =>
      Effect.map(npyArray(`${source}/${name}`, contents), (array) => [name.replace(/\.npy$/, ""), array] as const)
    )
    return Object.fromEntries(arrays)
  })
