// Tries a backend in a page, and posts what came of it to the server of the page: the CPU backend, or the one on WebGPU
// where the address asks for that.

import * as Cpu from "@residual/backends/cpu"
import * as WebGpu from "@residual/backends/webgpu"
import { backendLaws } from "@residual/testing"
import { Cause, Effect } from "effect"
import { adapterName } from "./adapterName.ts"
import { longStep } from "./longStep.ts"
import type { PageResult } from "./pageResult.ts"
import { promised } from "./promised.ts"
import { training } from "./training.ts"

const post = (result: PageResult): Promise<unknown> =>
  fetch("./result", { method: "POST", body: JSON.stringify(result) })

const { crossOriginIsolated: isIsolated, location } = globalThis as unknown as {
  readonly crossOriginIsolated: boolean
  readonly location: { readonly search: string }
}

const isOnGpu = location.search === "?webgpu"

// Laws compare with the reference backend, which runs in the page itself.
const laws = backendLaws({ runs: 1, seed: 1, ...(isOnGpu ? { dtypes: ["f32"] } : {}) }).filter(
  ({ name }) => !/ in f(32|64) is the reference's$/.test(name) || /^(matmul|softmax|gather|conv2d) in f32/.test(name)
)

const lawDefects = Effect.map(
  Effect.forEach(laws, ({ name, check }) =>
    Effect.match(Effect.sandbox(check), {
      onFailure: (cause) => [`${name}: ${Cause.pretty(cause)}`],
      onSuccess: () => []
    })
  ),
  (defects) => defects.flat()
)

const trial = Effect.gen(function* () {
  const losses = yield* training
  const defects = yield* lawDefects
  // On a GPU that is none, it would be a very long step.
  if (isOnGpu) return { losses, defects }
  return { losses, defects, step: yield* longStep, promised: yield* Effect.promise(promised) }
})

const about = { isIsolated, laws: laws.length, adapter: isOnGpu ? await adapterName() : undefined }

Effect.runPromise(
  trial.pipe(
    Effect.map((found): PageResult => ({ ...about, found })),
    Effect.provide(isOnGpu ? WebGpu.layer() : Cpu.layer({ threads: 2, shareFrom: 0 })),
    Effect.catch((error) =>
      Effect.succeed<PageResult>({ ...about, error: { tag: error._tag, message: error.message } })
    )
  )
)
  .catch((cause: unknown): PageResult => ({ ...about, error: { tag: "defect", message: String(cause) } }))
  .then(post)
