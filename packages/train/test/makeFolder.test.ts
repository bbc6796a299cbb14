import { existsSync, statSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem } from "effect"
import { ioReason, makeFolder } from "../src/index.ts"

layer(NodeServices.layer)("a folder", (it) => {
  it.effect("is made with those that it is in, and may be there already", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const root = yield* files.makeTempDirectoryScoped()
      const path = `${root}/one/two/three`
      yield* makeFolder(path)
      yield* makeFolder(path)
      assert.isTrue(statSync(path).isDirectory())
      yield* files.symlink(path, `${root}/link`)
      yield* makeFolder(`${root}/link`)
      yield* makeFolder(".")
    })
  )

  it.effect("is none where a file is, nor within one", () =>
    Effect.gen(function* () {
      const files = yield* FileSystem.FileSystem
      const root = yield* files.makeTempDirectoryScoped()
      yield* files.writeFileString(`${root}/file`, "")
      const refused = (path: string) => Effect.map(Effect.flip(makeFolder(path)), ioReason)
      assert.strictEqual(yield* refused(`${root}/file`), "it is there already")
      assert.strictEqual(yield* refused(`${root}/file/within`), "a part of its path is a file, not a folder")
    })
  )

  it.effect.skipIf(!existsSync("/proc/self"))("is not to be had where the system lets none be made", () =>
    Effect.gen(function* () {
      for (const path of ["/proc/none", "/proc/none/within"]) {
        assert.strictEqual(ioReason(yield* Effect.flip(makeFolder(path))), "there is no such file or folder")
      }
    })
  )
})
