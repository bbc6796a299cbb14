import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { identityDifferences, Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { Effect, FileSystem } from "effect"
import { hasAdapter } from "../../../backends/test/webgpu/testDevice.ts"
import { type Checkpoint, checkpointFolder } from "../../src/index.ts"
import type { BackendName } from "./backends.ts"
import { deathOf } from "./deaths.ts"
import { type Life, live } from "./life.ts"
import { type RunName, steps } from "./runs.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

interface Killed {
  readonly run: RunName
  readonly backend: BackendName
  /** How many processes are killed: of the short form, and of the long one. */
  readonly kills: number
}

const backendNames = ["reference", "cpu on one thread", "cpu on two threads", "webgpu"] as const

// A driver compiles the kernels of a run for seconds in each process.
const cases: ReadonlyArray<Killed> = long
  ? (["gpt", "convNet"] as const).flatMap((run) => backendNames.map((backend) => ({ run, backend, kills: 8 })))
  : [
      { run: "gpt", backend: "reference", kills: 1 },
      { run: "convNet", backend: "cpu on one thread", kills: 1 },
      { run: "gpt", backend: "cpu on two threads", kills: 2 },
      { run: "convNet", backend: "webgpu", kills: 1 }
    ]

const newFolder = (files: FileSystem.FileSystem) => files.makeTempDirectoryScoped({ prefix: "residual-resume-" })

/** What a run has left: its checkpoints, and the names of all files. */
type Left = Effect.Success<ReturnType<typeof leftIn>>

const leftIn = (folder: string) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { latest, best } = yield* checkpointFolder(folder)
    return { names: (yield* files.readDirectory(folder)).sort(), latest: yield* latest(), best: yield* best }
  })

/** Holds a checkpoint against the one that is expected: to the bit, but for how long the steps took. */
const assertSame = (actual: Checkpoint | undefined, expected: Checkpoint | undefined, what: string): void => {
  const headerOf = (checkpoint: Checkpoint | undefined) => ({
    ...checkpoint?.header,
    run: { ...(checkpoint?.header.run as object), seconds: 0 }
  })
  assert.deepStrictEqual(headerOf(actual), headerOf(expected), what)
  assert.deepStrictEqual(Object.keys(actual?.tensors ?? {}), Object.keys(expected?.tensors ?? {}), what)
  for (const [slot, tensor] of Object.entries(expected?.tensors ?? {})) {
    assert.isTrue(Tensor.equals(actual?.tensors[slot] as Tensor.Tensor, tensor), `${what}: ${slot}`)
  }
}

/** Makes a run in one process after the other, of which so many are killed at most. */
const livesOf = async ({ run, backend, kills }: Killed, folder: string, key: HostRandom.HostKey) => {
  const lives: Array<Life & { readonly death: string }> = []
  for (;;) {
    const death = lives.length < kills ? deathOf(key, lives.length) : undefined
    const life = await live({ run, backend, folder }, death)
    lives.push({ ...life, death: JSON.stringify(death) })
    if (!life.wasKilled) return lives
  }
}

/** Runs one after the other until so many of their processes were killed, with what each has left. */
const killedRuns = (killed: Killed) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { run, backend, kills } = killed
    const key = HostRandom.foldIn(HostRandom.keyFromSeed(11), HostRandom.hashPath(`${run} ${backend}`))
    const made: Array<{ readonly lives: Awaited<ReturnType<typeof livesOf>>; readonly left: Left }> = []
    for (let rest = kills; rest > 0; ) {
      const folder = yield* newFolder(files)
      const keyOfRun = HostRandom.foldIn(key, made.length)
      const lives = yield* Effect.promise(() => livesOf({ ...killed, kills: rest }, folder, keyOfRun))
      made.push({ lives, left: yield* leftIn(folder) })
      rest -= lives.length - 1
    }
    return made
  })

/** The run that never stops. */
const wholeRun = ({ run, backend }: Killed) =>
  Effect.gen(function* () {
    const folder = yield* newFolder(yield* FileSystem.FileSystem)
    const { told } = yield* Effect.promise(() => live({ run, backend, folder }))
    return { told, left: yield* leftIn(folder) }
  })

layer(NodeServices.layer, { excludeTestServices: true })("a run whose processes are killed", (it) => {
  for (const killed of cases.filter(({ backend }) => backend !== "webgpu" || hasAdapter)) {
    it.effect(`is to the bit the one that never stopped: ${killed.run}, ${killed.backend}`, () =>
      Effect.gen(function* () {
        const [whole, runs] = yield* Effect.all([wholeRun(killed), killedRuns(killed)], { concurrency: 2 })
        assert.strictEqual(whole.left.latest?.header.step, steps)
        for (const { lives, left } of runs) {
          let saved = 0
          for (const { told, from, differences, death, ...life } of lives) {
            assert.deepStrictEqual(differences, [])
            assert.isAtLeast(from, saved, `where the process before ${death} went on`)
            for (const [what, event] of told) assert.strictEqual(event, whole.told.get(what), `${what} before ${death}`)
            saved = Math.max(saved, life.saved)
          }
          const deaths = lives.map(({ death }) => death).join(", ")
          // A process that dies after it has moved its last checkpoint to its place leaves one that is kept no longer.
          const [surplus, ...others] = left.names.filter((name) => !whole.left.names.includes(name))
          assert.deepStrictEqual(others, [], deaths)
          if (surplus !== undefined) assert.match(surplus, /^step-\d+\.safetensors$/, deaths)
          assert.includeMembers([...left.names], [...whole.left.names], deaths)
          assertSame(left.latest, whole.left.latest, `the last one after ${deaths}`)
          assertSame(left.best, whole.left.best, `the best one after ${deaths}`)
        }
      }).pipe(Effect.scoped)
    )
  }

  it.effect("goes on elsewhere, and tells what differs", () =>
    Effect.gen(function* () {
      const folder = yield* newFolder(yield* FileSystem.FileSystem)
      const places = ["reference", "cpu on two threads", "cpu on one thread", "cpu without relaxed SIMD"] as const
      const differing: Array<Array<string>> = []
      let before: Checkpoint | undefined
      for (const [at, backend] of places.entries()) {
        const death =
          at === places.length - 1 ? undefined : ({ at: "operation", operation: "rename", count: 4 } as const)
        const { from, differences } = yield* Effect.promise(() => live({ run: "convNet", backend, folder }, death))
        const { latest } = yield* leftIn(folder)
        assert.strictEqual(from, before?.header.step ?? 0)
        const now = latest?.header.device ?? {}
        const expected = before === undefined ? [] : identityDifferences(before.header.device, now)
        assert.deepStrictEqual(differences, JSON.parse(JSON.stringify(expected)))
        differing.push(differences.map(({ what }) => what))
        before = latest
      }
      assert.includeMembers(differing[1] ?? [], ["name", "mode", "threads"])
      assert.sameMembers(differing[2] ?? [], ["threads", "shareFrom"])
      assert.strictEqual(before?.header.step, steps)
    }).pipe(Effect.scoped)
  )
})
