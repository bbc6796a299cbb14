import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LoadedProgram } from "../../device.ts"
import type { BackendError } from "../../error/backendError.ts"
import { CompileFailure } from "../../error/compileFailure.ts"
import { MemoryError } from "../../error/memoryError.ts"
import { bufferUsage } from "../gpu/api.ts"
import { expected, programKernels } from "../program/kernels.ts"
import { makeReadBack } from "../program/readBack.ts"
import { writeWords } from "../program/words.ts"
import { makeClock } from "./clock.ts"
import { attempt, checked, type GpuHost, name } from "./host.ts"
import { compileAhead, limitError } from "./prepare.ts"
import { type GpuSlot, makeRunner } from "./runner.ts"

/** What is wrong with a program on this backend, before anything is compiled. */
const defectOf = ({ graph }: Program): CompileFailure | undefined => {
  const wide = graph.nodes.find(({ types }) => types.some(({ dtype }) => dtype === "f64"))
  if (wide === undefined) return undefined
  const type = wide.types.map(TensorType.print).join(", ")
  return new CompileFailure({
    stage: "webgpu",
    reason: `${wide.op} gives ${type}: GPUs compute in f32; use f32, or the cpu or reference backend`
  })
}

/** Makes a program ready: its kernels are compiled side by side, and its block of memory is taken. */
export const loadProgram = (
  host: GpuHost,
  program: Program
): Effect.Effect<LoadedProgram<GpuSlot>, BackendError, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, target } = host
    const defect = defectOf(program)
    if (defect !== undefined) return yield* Effect.fail(defect)
    const kernels = programKernels(program, target)
    if ("limit" in kernels) return yield* Effect.fail(limitError(kernels))
    const { plan, dispatches } = kernels
    const most = device.limits["maxBufferSize"] as number
    if (plan.bytes > most) {
      const purpose = "a program (the device's maxBufferSize)"
      return yield* Effect.fail(new MemoryError({ device: name, purpose, bytes: plan.bytes, available: most }))
    }
    const size = Math.max(256, plan.bytes)
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
    const takeBlock = attempt(host, () =>
      checked(host, "a program", size, () => device.createBuffer({ label: "residual program", size, usage }))
    )
    const block = yield* Effect.acquireRelease(takeBlock, (buffer) => Effect.sync(() => buffer.destroy()))
    const readBack = yield* Effect.acquireRelease(
      Effect.sync(() => makeReadBack(device)),
      ({ destroy }) => Effect.promise(destroy)
    )
    yield* attempt(host, () =>
      compileAhead(
        host,
        dispatches.flatMap((dispatch) => {
          const resolutions = expected(kernels, dispatch, target.limits)
          return "limit" in resolutions ? [] : [{ kernel: dispatch.kernel, resolutions }]
        })
      )
    )
    for (const { offset, type, bytes, values } of plan.constants) {
      if (bytes === 0) continue
      const data = new ArrayBuffer(bytes)
      const whole = values.length === 1 ? new Array(bytes / 4).fill(values[0]) : values
      writeWords(type, whole, data, 0)
      device.queue.writeBuffer(block, offset, data)
    }
    const clock = yield* Effect.acquireRelease(
      Effect.sync(() => makeClock(device)),
      ({ destroy }) => Effect.sync(destroy)
    )
    const runner = makeRunner({ host, program, kernels, block, readBack, clock })
    yield* Effect.addFinalizer(() => Effect.sync(runner.release))
    const timed = device.features.has("timestamp-query") ? { profile: runner.profile } : {}
    return { kind: "asynchronous", bytes: plan.bytes, bind: runner.bind, ...timed }
  })
