// Tries the CPU backend in a page, and posts what came of it to the server of the page.

import * as Cpu from "@residual/backends/cpu"
import { backendLaws } from "@residual/testing"
import { Cause, Effect } from "effect"
import { longStep } from "./longStep.ts"
import type { PageResult } from "./pageResult.ts"
import { training } from "./training.ts"

const post = (result: PageResult): Promise<unknown> =>
  fetch("./result", { method: "POST", body: JSON.stringify(result) })

// Laws compare with the reference backend, which runs in the page itself.
const laws = backendLaws({ runs: 1, seed: 1 }).filter(
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
  return { losses, defects: yield* lawDefects, step: yield* longStep }
})

const { crossOriginIsolated: isIsolated } = globalThis as unknown as { readonly crossOriginIsolated: boolean }
const about = { isIsolated, laws: laws.length }

Effect.runPromise(
  trial.pipe(
    Effect.map((found): PageResult => ({ ...about, found })),
    Effect.catch((error) =>
      Effect.succeed<PageResult>({ ...about, error: { tag: error._tag, message: error.message } })
    ),
    Effect.provide(Cpu.layer({ threads: 2, shareFrom: 0 }))
  )
)
  .catch((cause: unknown): PageResult => ({ ...about, error: { tag: "defect", message: String(cause) } }))
  .then(post)
