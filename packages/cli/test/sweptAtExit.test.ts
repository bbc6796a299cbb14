import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { isPartial, sweptAtExit } from "../src/run/sweptAtExit.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder } = temporaryFolder("swept")

/** What a folder's sweep does where the process ends, without its end. */
const sweepOf = (path: string) =>
  Effect.map(sweptAtExit(path, isPartial), () => process.listeners("exit").at(-1) as () => void)

describe("what is removed where a process ends at once", () => {
  it.effect("is what it was about to write, and nothing else", () =>
    Effect.gen(function* () {
      const before = process.listenerCount("exit")
      const path = join(folder, "some")
      mkdirSync(path)
      const [partial, whole] = [join(path, "a.partial"), join(path, "b")]
      for (const each of [partial, whole]) writeFileSync(each, "")
      yield* Effect.scoped(Effect.map(sweepOf(path), (sweep) => sweep()))
      assert.deepStrictEqual([existsSync(partial), existsSync(whole)], [false, true])
      assert.strictEqual(process.listenerCount("exit"), before)
    })
  )

  it.effect("is nothing where the folder is gone", () =>
    Effect.gen(function* () {
      const path = join(folder, "gone")
      mkdirSync(path)
      const sweep = yield* Effect.scoped(sweepOf(path))
      rmSync(path, { recursive: true })
      assert.doesNotThrow(sweep)
    })
  )
})
