import { availableParallelism, cpus, totalmem } from "node:os"
import { Backend, type Identity } from "@residual/backends"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type BackendName, backendLayer } from "../backend.ts"
import { messageOf } from "../exit.ts"

/** A backend as this machine has it: what its numbers depend on and how much it holds, or why it does not run. */
export type BackendFacts = { readonly identity: Identity; readonly bytes: number } | { readonly reason: string }

/** What a machine is, as far as it matters for training. */
export interface Facts {
  readonly node: string
  readonly platform: string
  readonly architecture: string
  readonly processor: string
  readonly cores: number
  readonly memory: { readonly total: number; readonly free: number }
  readonly cpu: BackendFacts
  readonly webgpu: BackendFacts
}

/** What this machine is. */
export const readFacts: Effect.Effect<Facts> = Effect.gen(function* () {
  const [cpu, webgpu] = [yield* factsOf("cpu"), yield* factsOf("webgpu")]
  return {
    node: process.versions.node,
    platform: process.platform,
    architecture: process.arch,
    processor: cpus()[0]?.model.trim() ?? "an unknown processor",
    cores: availableParallelism(),
    memory: { total: memoryLimit(), free: process.availableMemory() },
    cpu,
    webgpu
  }
})

/** Bytes that this process may take: the machine's, or what a container has of them. */
const memoryLimit = (): number => {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

const factsOf = (backend: BackendName): Effect.Effect<BackendFacts> =>
  Backend.useSync(({ identity, limits }) => ({ identity, bytes: limits.bytes })).pipe(
    Effect.provide(backendLayer({ backend, threads: null })),
    Effect.exit,
    Effect.map((exit) => (Exit.isSuccess(exit) ? exit.value : { reason: messageOf(Cause.squash(exit.cause)) }))
  )
