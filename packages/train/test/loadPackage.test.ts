import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loadPackage, packageVersions } from "../src/data/package/loadPackage.ts"

describe("packages that are installed where they are wanted", () => {
  it.live("are told how to install, where they are not there", () =>
    Effect.gen(function* () {
      const missing = "hyparquet-that-is-not-there"
      const error = yield* Effect.flip(loadPackage("t.parquet", "hyparquet", () => import(missing)))
      assert.match(
        error.message,
        /^t\.parquet: reading it takes the package hyparquet \(npm install hyparquet@1\.33\.0\), which does not load: /
      )
      assert.strictEqual(error._tag, "DataError")
    })
  )

  it("are of the versions that the manifest names", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
    assert.deepStrictEqual(manifest.peerDependencies, packageVersions)
  })
})
