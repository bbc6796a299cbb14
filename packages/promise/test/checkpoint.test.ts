import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Tensor } from "@residual/backends"
import { Model, op } from "@residual/core"
import {
  type Checkpoint,
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  modelTensors,
  SettingError
} from "@residual/train"
import { ClosedError, type OpenTrainer, toPromise } from "../src/index.ts"
import { openCheckpoints, readCheckpoint, writeCheckpoint } from "../src/node/index.ts"
import { backends, closing, key, line, objective, options, ordered, rate, shuffled } from "./line.ts"
import { rejection, thrownBy } from "./rejection.ts"

const described = { key, configuration: { model: "line" } }

const train = async (trainer: OpenTrainer, steps: number): Promise<void> => {
  for await (const _ of trainer.fit({ batches: shuffled(trainer.state.batches), rate, steps, key })) {
    // A step is made for whoever asks for its event.
  }
}

const elementsOf = (tensors: Readonly<Record<string, Tensor.Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Array.from(Tensor.toTypedArray(tensor))]))

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "residual-promise-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe.each(backends)("checkpoints: %s", (name, openBackend) => {
  it("are what a run goes on from, to the bit", async () => {
    await using backend = await openBackend()
    await using whole = await backend.trainer(objective, options)
    await train(whole, 20)
    await using half = await backend.trainer(objective, options)
    await train(half, 10)
    const path = join(folder, `${name}.safetensors`)
    await writeCheckpoint(path, await half.checkpoint(described))
    await using other = await backend.trainer(objective, options)
    assert.deepStrictEqual(await other.resume(await readCheckpoint(path), { path }), [])
    assert.strictEqual(other.state.step, 10)
    await train(other, 20)
    const [expected, found] = [await whole.checkpoint(described), await other.checkpoint(described)]
    assert.deepStrictEqual(elementsOf(found.tensors), elementsOf(expected.tensors))
  })

  it("are bytes too, for where there are no files", async () => {
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, options)
    await train(trainer, 3)
    const checkpoint = await trainer.checkpoint(described)
    const bytes = await toPromise(encodeCheckpoint("bytes", checkpoint))
    const decoded = await toPromise(decodeCheckpoint("bytes", bytes))
    await using model = await backend.model(line, modelTensors(decoded.tensors))
    assert.deepStrictEqual(elementsOf(await model.values()), elementsOf(await trainer.values()))
  })

  it("of another model change nothing", async () => {
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, options)
    await using other = await backend.trainer(
      {
        model: Model.linear({ in: 1, out: 1 }),
        batch: { x: { dtype: "f32", shape: [8, 1] } },
        loss: (model, { x }) => op.mean(model(x!))
      },
      options
    )
    const before = elementsOf(await trainer.values())
    const error = await rejection(trainer.resume(await other.checkpoint(described)))
    assert.propertyVal(error, "_tag", "ParameterMismatch")
    assert.deepStrictEqual(elementsOf(await trainer.values()), before)
  })

  it("are kept after so many steps, after the best evaluations, at the end, and where a run is left", async () => {
    await using backend = await openBackend()
    const steps = async (
      use: (trainer: OpenTrainer, saving: Saving) => Promise<unknown>
    ): Promise<ReadonlyArray<string>> => {
      const kept: Array<string> = []
      const save = async ({ header }: Checkpoint, best: boolean) => {
        kept.push(`${header.step}${best ? ", best" : ""}`)
        return `step ${header.step}`
      }
      await using trainer = await backend.trainer(objective, { ...options, evaluation: objective })
      await use(trainer, { configuration: {}, every: 3, save })
      return kept
    }
    const run = { rate, steps: 5, key }
    assert.deepStrictEqual(
      await steps(async (trainer, saving) => {
        const evaluation = { every: 2, batches: ordered }
        const events = await Array.fromAsync(trainer.fit({ ...run, batches: shuffled(), evaluation, saving }))
        const saved = events.flatMap((event) => (event.event === "saved" ? [event.path] : []))
        assert.deepStrictEqual(saved, ["step 2", "step 3", "step 4", "step 5"])
      }),
      ["2, best", "3", "4, best", "5, best"]
    )
    assert.deepStrictEqual(
      await steps(async (trainer, saving) => {
        const { batches, isClosed } = closing()
        for await (const event of trainer.fit({ ...run, batches, saving })) {
          if (event.event === "step" && event.step === 4) break
        }
        assert.isTrue(isClosed())
      }),
      ["3", "4"]
    )
    assert.deepStrictEqual(
      await steps(async (trainer, saving) => {
        const controller = new AbortController()
        const onTaps = (step: number) => {
          if (step === 2) controller.abort()
        }
        const { signal } = controller
        const { thrown } = await thrownBy(trainer.fit({ ...run, batches: shuffled(), onTaps, saving, signal }))
        assert.strictEqual(thrown, signal.reason)
      }),
      ["2"]
    )
  })
})

type Saving = NonNullable<Parameters<OpenTrainer["fit"]>[0]["saving"]>

describe("a folder of checkpoints", () => {
  it("keeps the last ones and the best one of a run", async () => {
    const [, openBackend] = backends[0] as (typeof backends)[number]
    await using backend = await openBackend()
    await using trainer = await backend.trainer(objective, { ...options, evaluation: objective })
    const place = join(folder, "run")
    await using checkpoints = await openCheckpoints(place, { keep: 2 })
    assert.isUndefined(await checkpoints.latest())
    const saving = {
      configuration: {},
      every: 1,
      save: (checkpoint: Checkpoint, best: boolean) => checkpoints.save(checkpoint, { best })
    }
    const evaluation = { every: 2, batches: ordered }
    const run = { rate, steps: 5, key, batches: shuffled(), evaluation, saving }
    await Array.fromAsync(trainer.fit(run))
    const steps = (await checkpoints.list()).map(({ step }) => step)
    assert.deepStrictEqual(steps, [4, 5])
    assert.strictEqual((await checkpoints.latest())?.header.step, 5)
    assert.strictEqual((await checkpoints.best())?.header.step, trainer.state.best?.step)
    await checkpoints.rollBack(4)
    assert.strictEqual((await checkpoints.latest())?.header.step, 4)
  })

  it("is one's own until it is closed", async () => {
    const place = join(folder, "locked")
    const checkpoints = await openCheckpoints(place, { keep: 1 })
    const error = await rejection(openCheckpoints(place, { keep: 1 }))
    assert.instanceOf(error, CheckpointError)
    await checkpoints.close()
    assert.instanceOf(await rejection(checkpoints.latest()), ClosedError)
    await using again = await openCheckpoints(place, { keep: 1 })
    assert.deepStrictEqual(await again.list(), [])
    assert.lengthOf(await readdir(place), 1)
  })

  it("that cannot be made, and files that are none, reject with why", async () => {
    const file = join(folder, "text.safetensors")
    await writeFile(file, "no checkpoint")
    assert.instanceOf(await rejection(readCheckpoint(file)), CheckpointError)
    assert.instanceOf(await rejection(openCheckpoints(file, { keep: 1 })), CheckpointError)
    assert.instanceOf(await rejection(openCheckpoints(join(folder, "x"), { keep: 0 })), SettingError)
  })
})
