import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LoadedProgram, StepResult } from "../../device.ts"
import type { BackendError } from "../../error/backendError.ts"
import { CompileFailure } from "../../error/compileFailure.ts"
import { MemoryError } from "../../error/memoryError.ts"
import type { Tensor } from "../../tensor.ts"
import { bufferUsage, type GpuBuffer, type GpuCommandEncoder } from "../gpu/api.ts"
import type { Taken } from "../memory/heap.ts"
import { expected, type ProgramKernels, programKernels } from "../program/kernels.ts"
import { type Address, bytesOf } from "../program/memoryPlan.ts"
import { makeReadBack, type ReadBack } from "../program/readBack.ts"
import { writeWords } from "../program/words.ts"
import { attempt, checked, type GpuHost, name } from "./host.ts"
import { type Command, compileAhead, limitError, type Prepared, prepare } from "./prepare.ts"

/** One tensor of a Store, in the heap. */
export interface GpuSlot {
  readonly taken: Taken
  readonly type: TensorType.TensorType
}

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
      ({ destroy }) => Effect.sync(destroy)
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
    const runner = makeRunner(host, program, kernels, block, readBack)
    yield* Effect.addFinalizer(() => Effect.sync(runner.release))
    return { kind: "asynchronous", bytes: plan.bytes, bind: runner.bind }
  })

const makeRunner = (host: GpuHost, program: Program, kernels: ProgramKernels, block: GpuBuffer, readBack: ReadBack) => {
  const { device, heap } = host
  const { plan } = kernels
  const staging = new ArrayBuffer(plan.inputs.bytes)
  const inputs = [...plan.inputs.each]
  const outputs = new Map(
    program.outputs.map(({ name, id }) => {
      const type = program.graph.nodes[id]?.types[0] as TensorType.TensorType
      return [name, { type, address: plan.addressOf(id) }] as const
    })
  )
  let current: Prepared | undefined
  const release = (): void => {
    for (const table of current?.tables ?? []) table.destroy()
    current = undefined
  }

  const writeInputs = (given: Readonly<Record<string, Tensor>>): void => {
    if (staging.byteLength === 0) return
    for (const [name, { type, offset }] of inputs) {
      writeWords(type, (given[name] as Tensor)["~elements"], staging, offset - plan.inputs.offset)
    }
    device.queue.writeBuffer(block, plan.inputs.offset, staging)
  }

  const bind = (slots: ReadonlyMap<string, GpuSlot>) => {
    const held = plan.slots.map((name) => slots.get(name))
    const missing = program.slots.filter((_, at) => held[at] === undefined)
    let prepared: Prepared | undefined

    const locate = (added: ReadonlyMap<string, GpuSlot>, address: Address) => {
      if (address.in === "block") return { memory: block, offset: address.offset, bytes: address.bytes }
      const { taken } = (held[address.slot] ?? added.get(plan.slots[address.slot] as string)) as GpuSlot
      return { memory: taken.buffer, offset: taken.offset, bytes: address.bytes }
    }

    const encode = (
      commands: ReadonlyArray<Command>,
      encoder: GpuCommandEncoder,
      added: ReadonlyMap<string, GpuSlot>
    ): void => {
      const pass = encoder.beginComputePass()
      for (const { pipeline, group, x, y } of commands) {
        pass.setPipeline(pipeline)
        pass.setBindGroup(0, group)
        pass.dispatchWorkgroups(x, y)
      }
      pass.end()
      for (const [at, { type, updates, inPlace }] of program.slots.entries()) {
        if (updates === undefined || inPlace || bytesOf(type) === 0) continue
        const from = locate(added, plan.addressOf(updates))
        const to = locate(added, { in: "slot", slot: at, bytes: bytesOf(type) })
        encoder.copyBufferToBuffer(from.memory, from.offset, to.memory, to.offset, bytesOf(type))
      }
    }

    const step = async (
      given: Readonly<Record<string, Tensor>>,
      asked: ReadonlyArray<string>
    ): Promise<StepResult<GpuSlot>> => {
      const added = new Map<string, GpuSlot>()
      for (const { name, type } of missing) added.set(name, { taken: heap.take(bytesOf(type)), type })
      try {
        if (prepared === undefined) {
          release()
          prepared = await prepare(host, kernels, block, (number, bytes) =>
            locate(added, { in: "slot", slot: number, bytes })
          )
          current = prepared
        }
        writeInputs(given)
        const encoder = device.createCommandEncoder()
        encode(prepared.commands, encoder, added)
        const moved = readBack.copy(
          encoder,
          asked.map((name) => {
            const { type, address } = outputs.get(name) as { type: TensorType.TensorType; address: Address }
            const { memory, offset } = locate(added, address)
            return { name, type, buffer: memory, offset }
          })
        )
        device.queue.submit([encoder.finish()])
        return { outputs: await moved(), slots: added }
      } catch (cause) {
        for (const { taken } of added.values()) heap.give(taken)
        throw cause
      }
    }
    let isFirst = true
    return (given: Readonly<Record<string, Tensor>>, asked: ReadonlyArray<string>) =>
      attempt(host, async () => {
        if (!isFirst) return step(given, asked)
        const result = await checked(host, "the first run of a program", plan.bytes, () => step(given, asked))
        isFirst = false
        return result
      })
  }
  return { bind, release }
}
