import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { inProcess } from "./inProcess.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("held-out")
const irises = readFileSync(fileURLToPath(new URL("../configs/iris.csv", import.meta.url)), "utf8")
const data = file("iris.csv", irises)
const run = join(folder, "run")

beforeAll(async () => {
  const settings = ["task=table", "data.target=species", "training.steps=3"].flatMap((each) => ["--set", each])
  const ended = await Effect.runPromise(inProcess(["train", "--data", data, "--checkpoints", run, ...settings]))
  assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
})

const refused = (code: number, message: RegExp, ...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(args), (ended) => {
    assert.deepStrictEqual([ended.code, ended.stdout], [code, ""])
    assert.match(ended.stderr, message)
  })

const measured = (samples: number, ...args: ReadonlyArray<string>) =>
  Effect.map(inProcess(["eval", run, ...args]), (ended) => {
    assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
    assert.match(ended.stdout, new RegExp(` over ${samples} samples\\n$`))
  })

describe("what residual eval measures as held out", () => {
  it.live("is what the run has held out, and not what it has learned from", () =>
    Effect.gen(function* () {
      yield* measured(30)
      yield* refused(1, /data\.held was 0\.2 in its run, with 0\.5 some of/, "eval", run, "--set", "data.held=0.5")
      yield* refused(1, /seed was 0 in its run, with 1 some of what it has learned/, "eval", run, "--set", "seed=1")
      yield* measured(150, "--all", "--set", "seed=1")
    })
  )

  it.live("is of the same data, wherever they are", () =>
    Effect.gen(function* () {
      const moved = join(folder, "moved.csv")
      renameSync(data, moved)
      yield* refused(
        2,
        /iris\.csv: cannot read it: there is no such file.*; --set data\.path=… says where/,
        "eval",
        run
      )
      yield* measured(30, "--set", `data.path=${moved}`)
      writeFileSync(data, irises.replace("5.1", "5.2"))
      const others = /the data are not those that its run has held some of out; --all measures all that there are/
      yield* refused(2, others, "eval", run)
      yield* measured(150, "--all")
      yield* measured(150, "--data", data)
      const resumed = ["resume", run, "--steps", "4", "--set", "data.timeout=9"]
      yield* refused(2, /the data are not those that the run was begun with; --data says/, ...resumed)
      renameSync(moved, data)
    })
  )
})

describe("data that are elsewhere now", () => {
  it.live("are found by --data, of which an error tells", () =>
    Effect.gen(function* () {
      const moved = join(folder, "moved.csv")
      renameSync(data, moved)
      const nowhere = /iris\.csv: cannot read it: there is no such file or folder; --data says where they are\n$/
      yield* refused(2, nowhere, "resume", run, "--steps", "4")
      const resumed = yield* inProcess(["resume", run, "--steps", "4", "--data", moved])
      assert.deepStrictEqual([resumed.code, resumed.stderr], [0, ""])
      assert.match(resumed.stdout, /finished after 4 steps/)
      const relative = /none\.txt: .*; data\.path is relative to the current folder; --data says where they are\n$/
      yield* refused(2, relative, "train", "--set", "data.path=none.txt")
    })
  )

  it.live("are profiled with --data", () =>
    Effect.gen(function* () {
      const text = file("text.txt", "the quick brown fox jumps over the lazy dog. ".repeat(40))
      const profile = ["profile", "--data", text, "--steps", "0", "--repeat", "1", "--width", "8", "--json"]
      const { code, stdout } = yield* inProcess(profile)
      assert.strictEqual(code, 0)
      assert.include(stdout, '"event":"profiled"')
    })
  )
})
