import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LoadedProgram } from "../../device.ts"
import type { BackendError } from "../../error/backendError.ts"
import { CompileFailure } from "../../error/compileFailure.ts"
import { bufferUsage, type GpuBuffer } from "../gpu/api.ts"
import { checked } from "../gpu/checked.ts"
import { makeBuffer } from "../gpu/makeBuffer.ts"
import { name } from "../name.ts"
import { programKernels } from "../program/kernels.ts"
import { bytesOf, type MemoryPlan } from "../program/memoryPlan.ts"
import { programTexts } from "../program/programTexts.ts"
import { makeReadBack } from "../program/readBack.ts"
import { writeWords } from "../program/words.ts"
import { makeClock } from "./clock.ts"
import { attempt, type GpuHost } from "./host.ts"
import { compileAhead, limitError } from "./prepare.ts"
import { type GpuSlot, makeRunner } from "./runner.ts"

/** What is wrong with a program on this backend, before anything is compiled. */
const defectOf = ({ graph }: Program): CompileFailure | undefined => {
  const wide = graph.nodes.find(({ types }) => types.some(({ dtype }) => dtype === "f64"))
  if (wide === undefined) return undefined
  const type = wide.types.map(TensorType.print).join(", ")
  return new CompileFailure({
    stage: name,
    reason: `${wide.op} gives ${type}: GPUs compute in f32; use f32, or the cpu or reference backend`
  })
}

/** Lays constants down where kernels find them. */
const writeConstants = ({ device }: GpuHost, block: GpuBuffer, { constants }: MemoryPlan): void => {
  for (const { offset, type, values } of constants) {
    const bytes = bytesOf(type)
    if (bytes === 0) continue
    const data = new ArrayBuffer(bytes)
    writeWords(type, values.length === 1 ? new Float64Array(bytes / 4).fill(values[0] as number) : values, data, 0)
    device.queue.writeBuffer(block, offset, data)
  }
}

/** Makes a program ready: its kernels are compiled side by side, and its block of memory is taken. */
export const loadProgram = (
  host: GpuHost,
  program: Program
): Effect.Effect<LoadedProgram<GpuSlot>, BackendError, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, target, loss } = host
    const defect = defectOf(program)
    if (defect !== undefined) return yield* Effect.fail(defect)
    const kernels = programKernels(program, target)
    if ("limit" in kernels) return yield* Effect.fail(limitError(kernels))
    const { plan } = kernels
    const texts = programTexts(kernels, target.limits)
    const size = Math.max(256, plan.bytes)
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
    const wish = { label: "residual program", purpose: "a program", size, usage }
    const takeBlock = attempt(
      host,
      () => makeBuffer(device, wish),
      (buffer) => buffer.destroy()
    )
    // Kernels are on their way to the compiler while memory is looked for.
    const [, block] = yield* Effect.all(
      [
        attempt(host, () => compileAhead(host, texts)),
        Effect.acquireRelease(takeBlock, (buffer) => Effect.sync(() => buffer.destroy()))
      ],
      { concurrency: "unbounded" }
    )
    const readBack = yield* Effect.acquireRelease(
      Effect.sync(() => makeReadBack(device, loss, true)),
      ({ destroy }) => Effect.promise(destroy)
    )
    yield* attempt(host, () => checked(device, "constants", plan.bytes, () => writeConstants(host, block, plan)))
    const clock = yield* Effect.acquireRelease(
      Effect.sync(() => makeClock(device)),
      ({ destroy }) => Effect.sync(destroy)
    )
    const runner = makeRunner({ host, program, kernels, texts, block, readBack, clock })
    yield* Effect.addFinalizer(() => Effect.sync(runner.release))
    const timed = device.features.has("timestamp-query") ? { profile: runner.profile } : {}
    return { kind: "asynchronous", bytes: plan.bytes, bind: runner.bind, ...timed }
  })
