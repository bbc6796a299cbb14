import type { TensorType } from "@residual/core"
import type { Program, Region } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { ProfiledResult, StartedStep, Step } from "../../device.ts"
import type { BackendError } from "../../error/backendError.ts"
import { regionWork, type Work } from "../../kernel/regionWork.ts"
import type { Tensor } from "../../tensor.ts"
import type { GpuBuffer, GpuCommandEncoder } from "../gpu/api.ts"
import type { Taken } from "../memory/heap.ts"
import type { ProgramKernels } from "../program/kernels.ts"
import { type Address, bytesOf } from "../program/memoryPlan.ts"
import type { ReadBack } from "../program/readBack.ts"
import type { Located } from "../program/resolution.ts"
import { writeWords } from "../program/words.ts"
import type { Clock } from "./clock.ts"
import { attempt, checked, type GpuHost } from "./host.ts"
import { type Command, type Prepared, prepare } from "./prepare.ts"

/** One tensor of a Store, in the heap. */
export interface GpuSlot {
  readonly taken: Taken
  readonly type: TensorType.TensorType
}

type Slots = ReadonlyMap<string, GpuSlot>
type Inputs = Readonly<Record<string, Tensor>>

/** A loaded program, and what its runs need. */
export interface RunnerParts {
  readonly host: GpuHost
  readonly program: Program
  readonly kernels: ProgramKernels
  readonly block: GpuBuffer
  readonly readBack: ReadBack
  readonly clock: Clock
}

/** Runs a program: on the slots that it is bound to, timed or not. */
export interface Runner {
  readonly bind: (slots: Slots) => Step<Effect.Effect<StartedStep<GpuSlot>, BackendError>>
  readonly profile: (slots: Slots) => Step<Effect.Effect<ProfiledResult<GpuSlot>, BackendError>>
  readonly release: () => void
}

/** A run that is submitted. */
interface Begun {
  readonly slots: Slots
  readonly outputs: Promise<Readonly<Record<string, Tensor>>>
  readonly times: Promise<ReadonlyArray<number>>
  readonly commands: ReadonlyArray<Command>
  readonly start: number
}

const untimed = (): Promise<ReadonlyArray<number>> => Promise.resolve([])

const encodeTogether = (commands: ReadonlyArray<Command>, encoder: GpuCommandEncoder) => {
  const pass = encoder.beginComputePass()
  for (const { pipeline, group, x, y } of commands) {
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(x, y)
  }
  pass.end()
  return untimed
}

/** What each command has to do. Of a region with several, the first does nearly everything. */
const worksOf = (program: Program, commands: ReadonlyArray<Command>): ReadonlyArray<Work> => {
  const done = new Set<number>()
  return commands.map(({ regions }) => {
    let [flop, bytes] = [0, 0]
    for (const region of regions) {
      if (done.has(region)) continue
      done.add(region)
      const work = regionWork(program, program.regions[region] as Region)
      flop += work.flop
      bytes += work.bytes
    }
    return { flop, bytes }
  })
}

/** The runs of a loaded program: one command buffer each, submitted at once. */
export const makeRunner = ({ host, program, kernels, block, readBack, clock }: RunnerParts): Runner => {
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
  const held = new Set<Prepared>()
  const release = (): void => {
    for (const { tables } of held) for (const table of tables) table.destroy()
    held.clear()
  }

  const writeInputs = (given: Inputs): void => {
    if (staging.byteLength === 0) return
    for (const [name, { type, offset }] of inputs) {
      writeWords(type, (given[name] as Tensor)["~elements"], staging, offset - plan.inputs.offset)
    }
    device.queue.writeBuffer(block, plan.inputs.offset, staging)
  }

  /** A run as it is bound to slots; those that it only writes may be missing, and are added by its first run. */
  const runOn = (slots: Slots, encode: Clock["encode"]) => {
    const own = plan.slots.map((name) => slots.get(name))
    const missing = program.slots.filter((_, at) => own[at] === undefined)
    let prepared: Prepared | undefined

    const locate = (added: Slots, address: Address): Located<GpuBuffer> => {
      if (address.in === "block") return { memory: block, offset: address.offset, bytes: address.bytes }
      const { taken } = (own[address.slot] ?? added.get(plan.slots[address.slot] as string)) as GpuSlot
      return { memory: taken.buffer, offset: taken.offset, bytes: address.bytes }
    }
    const prepareOn = (added: Slots): Promise<Prepared> =>
      checked(host, "a program's kernels", plan.bytes, async () => {
        // Only the latest binding is in use: a Store that has changed binds the program again.
        release()
        const fresh = await prepare(host, kernels, block, (slot, bytes) => locate(added, { in: "slot", slot, bytes }))
        held.add(fresh)
        return fresh
      })
    const copySlots = (encoder: GpuCommandEncoder, added: Slots): void => {
      for (const [slot, { type, updates, inPlace }] of program.slots.entries()) {
        const bytes = bytesOf(type)
        if (updates === undefined || inPlace || bytes === 0) continue
        const from = locate(added, plan.addressOf(updates))
        const to = locate(added, { in: "slot", slot, bytes })
        encoder.copyBufferToBuffer(from.memory, from.offset, to.memory, to.offset, bytes)
      }
    }
    return async (given: Inputs, asked: ReadonlyArray<string>): Promise<Begun> => {
      const added = new Map<string, GpuSlot>()
      try {
        for (const { name, type } of missing) added.set(name, { taken: heap.take(bytesOf(type)), type })
        if (prepared === undefined || !held.has(prepared)) prepared = await prepareOn(added)
        const { commands } = prepared
        const start = performance.now()
        writeInputs(given)
        const encoder = device.createCommandEncoder()
        const times = encode(commands, encoder)
        copySlots(encoder, added)
        const moved = readBack.copy(
          encoder,
          asked.map((name) => {
            const { type, address } = outputs.get(name) as { type: TensorType.TensorType; address: Address }
            const { memory, offset } = locate(added, address)
            return { name, type, buffer: memory, offset }
          })
        )
        device.queue.submit([encoder.finish()])
        return { slots: added, outputs: moved(), times: times(), commands, start }
      } catch (cause) {
        for (const { taken } of added.values()) heap.give(taken)
        throw cause
      }
    }
  }

  const bind: Runner["bind"] = (slots) => {
    const run = runOn(slots, encodeTogether)
    return (given, asked) =>
      Effect.map(
        attempt(host, () => run(given, asked)),
        ({ slots: added, outputs: moved }) => ({ slots: added, outputs: attempt(host, () => moved) })
      )
  }
  const profile: Runner["profile"] = (slots) => {
    const run = runOn(slots, clock.encode)
    return (given, asked) =>
      attempt(host, async () => {
        const { slots: added, outputs: moved, times, commands, start } = await run(given, asked)
        const [values, nanoseconds] = await Promise.all([moved, times])
        const works = worksOf(program, commands)
        const milliseconds = performance.now() - start
        const kernels = commands.map(({ kernel, regions }, at) => ({
          region: regions[0] as number,
          kernel,
          nanoseconds: nanoseconds[at] ?? 0,
          work: works[at] as Work
        }))
        return { outputs: values, slots: added, milliseconds, kernels }
      })
  }
  return { bind, profile, release }
}
