import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { readCheckpoint } from "@residual/train"
import { Effect } from "effect"
import { eventsOf, only } from "./events.ts"
import { inProcess } from "./inProcess.ts"
import { residual } from "./process.ts"
import { temporaryFolder } from "./temporary.ts"

const { folder, file } = temporaryFolder("resume")
const text = file("text.txt", "the quick brown fox jumps over the lazy dog. ".repeat(40))

const small = ["layers=1", "heads=2", "width=8", "context=8", "dropout=0.1"].map((one) => `model.${one}`)
const run = [
  ...[`data.path=${text}`, "data.held=0.2", "training.batch=2", "training.evaluateEvery=10", "checkpoints.every=5"],
  ...[...small, "checkpoints.keep=2", "generate.count=0"]
].flatMap((setting) => ["--set", setting])

const train = (to: string, ...more: ReadonlyArray<string>) => [
  ...["train", "--json", "--checkpoints", join(folder, to), "--steps", "40", ...run],
  ...more
]

/** What a run had learned by the end, and where it was. */
const learned = (to: string) =>
  readCheckpoint(join(folder, to, "step-000000040.safetensors")).pipe(
    Effect.map(({ header, tensors }) => {
      const { seconds: _, ...state } = header.run as { readonly seconds: number }
      const values = Object.entries(tensors).map(([name, tensor]) => [name, [...Tensor.toTypedArray(tensor)]] as const)
      return { state, position: header.position, tensors: Object.fromEntries(values) }
    }),
    Effect.provide(NodeServices.layer)
  )

const succeeded = (ended: { readonly code: number | null; readonly stderr: string }) =>
  assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])

describe("residual resume", () => {
  const devices = [
    ["cpu on one thread", ["--backend", "cpu", "--threads", "1"]],
    ["cpu on two threads", ["--backend", "cpu", "--threads", "2"]],
    ["reference", ["--backend", "reference"]]
  ] as const
  it.live.each(devices)("comes to the bit to where the run would have come, on %s", ([name, device]) =>
    Effect.gen(function* () {
      const [whole, parted] = [`whole ${name}`, `parted ${name}`]
      succeeded(yield* inProcess(train(whole, ...device)))
      // What is killed leaves no more behind than what it has saved: here, after 10, 15 or 20 steps.
      const killed = yield* Effect.promise(() =>
        residual(train(parted, ...device), (seen, signal) => {
          if (seen.includes('"step":17,')) signal("SIGKILL")
        })
      )
      assert.notStrictEqual(killed.code, 0)
      const ended = yield* inProcess(["resume", join(folder, parted), "--json"])
      succeeded(ended)
      const [resumed] = only(eventsOf(ended.stdout), "resumed")
      assert.isAtLeast(resumed?.step ?? 0, 10)
      assert.deepStrictEqual([resumed?.differences, resumed?.damaged], [[], []])
      assert.deepStrictEqual(yield* learned(parted), yield* learned(whole))
    })
  )

  it.live("says on which other device it goes on, and passes over what is damaged", () =>
    Effect.gen(function* () {
      succeeded(yield* inProcess(train("moved", "--threads", "2")))
      writeFileSync(join(folder, "moved", "step-000000040.safetensors"), "not one")
      const ended = yield* inProcess(["resume", join(folder, "moved"), "--threads", "1"])
      succeeded(ended)
      assert.match(
        ended.stdout,
        /^passed over: .*step-000000040\.safetensors, byte 0: [^\n]+\ngoing on after step 35, from/
      )
      assert.match(ended.stdout, /\nnot to the bit, on another device: threads: 2 then, 1 now\n/)
      assert.match(ended.stdout, /\nfinished after 40 steps/)
    })
  )

  it.live("goes on after the end where more steps are asked for", () =>
    Effect.gen(function* () {
      succeeded(yield* inProcess(train("longer")))
      const ended = yield* inProcess(["resume", join(folder, "longer"), "--steps", "45", "--json"])
      succeeded(ended)
      assert.deepStrictEqual(
        only(eventsOf(ended.stdout), "step").map(({ step }) => step),
        [41, 42, 43, 44, 45]
      )
    })
  )

  it.live("refuses what it cannot go on from, and leaves the folder as it is", () =>
    Effect.gen(function* () {
      succeeded(yield* inProcess(train("kept")))
      const before = readdirSync(join(folder, "kept"))
      const refused = (code: number, message: RegExp, ...args: ReadonlyArray<string>) =>
        Effect.map(inProcess(args), (ended) => {
          assert.deepStrictEqual([ended.code, ended.stdout], [code, ""])
          assert.match(ended.stderr, message)
        })
      yield* refused(1, /none: there are no checkpoints; residual train begins/, "resume", join(folder, "none"))
      yield* refused(1, /kept: there is a run already, saved after step 40; residual resume/, ...train("kept"))
      yield* refused(
        1,
        /^residual: --set model\.heads: model\.heads: 3 heads do not divide a width of 8\n$/,
        ...["resume", join(folder, "kept"), "--set", "model.heads=3"]
      )
      const resumed = ["resume", join(folder, "kept")]
      const made = "the run is to end after step 12, and has come to step 40 already"
      yield* refused(1, new RegExp(`^residual: --steps: training\\.steps: ${made}\n$`), ...resumed, "--steps", "12")
      const set = ["--set", "training.steps=12"]
      yield* refused(
        1,
        new RegExp(`^residual: --set training\\.steps: training\\.steps: ${made}\n$`),
        ...resumed,
        ...set
      )
      yield* refused(1, /^residual: --epochs: training\.epochs: the run is to end/, ...resumed, "--epochs", "0.1")
      writeFileSync(text, "another text. ".repeat(60))
      yield* refused(2, /the data are not those that the run was begun with/, "resume", join(folder, "kept"))
      assert.deepStrictEqual(readdirSync(join(folder, "kept")), before)
    })
  )

  it.live("shows the shapes of a checkpoint of another model side by side", () =>
    Effect.gen(function* () {
      const path = file("text2.txt", "the quick brown fox jumps over the lazy dog. ".repeat(40))
      succeeded(yield* inProcess(train("shapes", "--text", path)))
      const ended = yield* inProcess(["resume", join(folder, "shapes"), "--set", "model.width=12"])
      assert.deepStrictEqual([ended.code, ended.stdout], [2, ""])
      assert.match(ended.stderr, /tokens\.weight +expected f32\[\d+,12\] +found f32\[\d+,8\]/)
      assert.match(ended.stderr, /^residual: .*step-000000040\.safetensors: these tensors are not the model's:$/m)
      assert.notMatch(ended.stderr, /optimiser/)
    })
  )
})
