import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { pathToFileURL } from "node:url"
import { Tensor } from "@residual/backends"
import { HostRandom } from "@residual/core"
import { encodeCheckpoint, firstParameters, firstStates, makeCheckpoint } from "@residual/train"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { predictDigits } from "../inference/app.ts"
import { type Bundle, bundleApp } from "../inference/bundleApp.ts"
import { digits, type PredictDigits } from "../inference/digits.ts"
import { root } from "../run.ts"

/** What an app has no use for that asks a model and does not train one. */
const training = [
  "packages/graph/src/{pullback,grad}.ts",
  "packages/graph/src/explain/*.ts",
  "packages/train/src/{fit,step,optimiser,rate,metric,data,diagnosis,report,generate}/**/*.ts",
  "packages/testing/src/**/*.ts"
]

const folder = mkdtempSync(join(tmpdir(), "residual-inference-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("an app that only asks a model", () => {
  let bundle: Bundle
  let onWebGpu: Bundle
  beforeAll(async () => {
    bundle = await bundleApp(join(root, ".tools/inference/app.ts"))
    onWebGpu = await bundleApp(join(root, ".tools/inference/webgpuApp.ts"))
  })

  test("has the size that docs/inference.md states", () => {
    expect(bundle.bytes).toBeLessThan(400_000)
    expect(bundle.gzipped).toBeLessThan(140_000)
    const [thread, device] = bundle.workers.toSorted((a, b) => a - b)
    expect(bundle.workers).toHaveLength(2)
    expect(thread).toBeLessThan(6_000)
    expect(device).toBeLessThan(230_000)
    expect(onWebGpu.bytes).toBeLessThan(400_000)
    expect(onWebGpu.gzipped).toBeLessThan(140_000)
    expect(onWebGpu.workers).toEqual([])
    const page = readFileSync(join(root, "docs/inference.md"), "utf8")
    const onCpu = /\| the app, with compiler and backend \| (\d+) kB \| (\d+) kB \|/.exec(page)
    const onGpu = /On WebGPU the app has (\d+) kB, (\d+) kB compressed/.exec(page)
    const stated = [onCpu, onGpu].flatMap((found) => found?.slice(1).map((kilobytes) => Number(kilobytes) * 1000))
    const sizes = [bundle, onWebGpu].flatMap(({ bytes, gzipped }) => [bytes, gzipped])
    expect(stated).toHaveLength(sizes.length)
    for (const [at, size] of sizes.entries()) expect(Math.abs((stated[at] as number) / size - 1)).toBeLessThan(0.03)
  })

  test("holds nothing that trains", () => {
    const held = new Set([...bundle.modules, ...onWebGpu.modules].map((path) => relative(root, path)))
    expect(held).toContain("packages/train/src/predict/makePredictor.ts")
    for (const pattern of training) {
      const files = globSync(pattern, { cwd: root })
      expect(files, pattern).not.toHaveLength(0)
      expect(files.filter((file) => held.has(file))).toEqual([])
    }
  })

  test("gives what the model gives, from the bytes of a checkpoint of its training", async () => {
    const key = HostRandom.keyFromSeed(0)
    const parameters = firstParameters(digits, key)
    const momentum = Object.entries(parameters).map(([path, value]) => [`optimiser/momentum/${path}`, value] as const)
    const checkpoint = await Effect.runPromise(
      encodeCheckpoint(
        "digits.safetensors",
        makeCheckpoint({
          tensors: { ...parameters, ...firstStates(digits), ...Object.fromEntries(momentum) },
          step: 1,
          updates: 1,
          key,
          position: 1,
          run: null,
          configuration: null,
          device: { name: "cpu" }
        })
      )
    )
    const images = Array.from({ length: 2 * 28 * 28 }, (_, at) => ((at * 37) % 256) / 255)
    const file = join(folder, "app.mjs")
    writeFileSync(file, bundle.code)
    const app: { readonly predictDigits: PredictDigits } = await import(/* @vite-ignore */ pathToFileURL(file).href)
    const probabilities = await app.predictDigits(checkpoint, images)
    expect(probabilities.type.shape).toEqual([2, 10])
    expect(Tensor.toArray(probabilities)).toEqual(Tensor.toArray(await predictDigits(checkpoint, images)))
    await expect(app.predictDigits(checkpoint.slice(0, -1), images)).rejects.toThrow(/digits\.safetensors/)
  })
})
