import type { TensorType } from "@residual/core"
import type { Program, Region } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { ProfiledResult, StartedStep, Step } from "../../device.ts"
import type { BackendError } from "../../error/backendError.ts"
import { regionWork, type Work } from "../../kernel/regionWork.ts"
import type { Tensor } from "../../tensor.ts"
import type { GpuBuffer, GpuCommandEncoder } from "../gpu/api.ts"
import { checked } from "../gpu/checked.ts"
import type { Taken } from "../memory/heap.ts"
import type { ProgramKernels } from "../program/locating.ts"
import { type Address, bytesOf } from "../program/memoryPlan.ts"
import type { ProgramTexts } from "../program/programTexts.ts"
import type { ReadBack } from "../program/readBack.ts"
import type { Located } from "../program/resolution.ts"
import { writeWords } from "../program/words.ts"
import type { Clock } from "./clock.ts"
import type { Command } from "./command.ts"
import { type Encoding, together } from "./encode.ts"
import { attempt, type GpuHost } from "./host.ts"
import { preparations } from "./preparations.ts"
import { type Prepared, prepare } from "./prepare.ts"

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
  readonly texts: ProgramTexts
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
export const makeRunner = ({ host, program, kernels, texts, block, readBack, clock }: RunnerParts): Runner => {
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
  const outputOf = (name: string) => outputs.get(name) as { type: TensorType.TensorType; address: Address }
  const known = preparations()

  const writeInputs = (given: Inputs): void => {
    if (staging.byteLength === 0) return
    for (const [name, { type, offset }] of inputs) {
      writeWords(type, (given[name] as Tensor)["~elements"], staging, offset - plan.inputs.offset)
    }
    device.queue.writeBuffer(block, plan.inputs.offset, staging)
  }

  const giveBack = (slots: Slots): void => {
    for (const { taken } of slots.values()) heap.give(taken)
  }

  /** A run as it is bound to slots; those that it only writes may be missing, and are added by its first run. */
  const runOn = (slots: Slots, { reserve, encode }: Encoding) => {
    const own = plan.slots.map((name) => slots.get(name))
    const missing = program.slots.filter((_, at) => own[at] === undefined)
    let prepared: Prepared | undefined

    const locate = (added: Slots, address: Address): Located<GpuBuffer> => {
      if (address.in === "block") return { memory: block, offset: address.offset, bytes: address.bytes }
      const { taken } = (own[address.slot] ?? added.get(plan.slots[address.slot] as string)) as GpuSlot
      return { memory: taken.buffer, offset: taken.offset, bytes: address.bytes }
    }
    const copySlots = (encoder: GpuCommandEncoder, added: Slots): void => {
      // A slot may get what another holds, which may get another value itself.
      for (const { from, bytes, via } of plan.updates) {
        if (via === undefined) continue
        const { memory, offset } = locate(added, from)
        encoder.copyBufferToBuffer(memory, offset, block, via, bytes)
      }
      for (const { slot, from, bytes, via } of plan.updates) {
        const to = locate(added, { in: "slot", slot, bytes })
        const offset = via ?? locate(added, from).offset
        encoder.copyBufferToBuffer(block, offset, to.memory, to.offset, bytes)
      }
    }
    const begin = (
      commands: ReadonlyArray<Command>,
      added: Slots,
      given: Inputs,
      asked: ReadonlyArray<string>
    ): Begun => {
      const start = performance.now()
      writeInputs(given)
      const encoder = device.createCommandEncoder()
      const times = encode(commands, encoder)
      // Before slots change: an output may be what one of them held.
      const moved = readBack.copy(
        encoder,
        asked.map((name) => {
          const { type, address } = outputOf(name)
          const { memory, offset } = locate(added, address)
          return { name, type, buffer: memory, offset }
        })
      )
      copySlots(encoder, added)
      device.queue.submit([encoder.finish()])
      return { slots: added, outputs: moved(), times: times(), commands, start }
    }
    return async (given: Inputs, asked: ReadonlyArray<string>): Promise<Begun> => {
      const added = new Map<string, GpuSlot>()
      const isWarm = prepared !== undefined && known.use(prepared)
      try {
        for (const { name, type } of missing) {
          added.set(name, { taken: await heap.take(bytesOf(type), `the slot "${name}"`), type })
        }
        if (!isWarm) {
          const locateSlot = (slot: number, bytes: number) => locate(added, { in: "slot", slot, bytes })
          prepared = known.add(await prepare(host, kernels, texts, block, locateSlot))
        }
        const { commands } = prepared as Prepared
        const room = readBack.reserve(asked.map((name) => outputOf(name).type))
        if (room !== undefined) await room
        const timing = reserve(commands.length)
        if (timing !== undefined) await timing
        if (isWarm) return begin(commands, added, given, asked)
        // What a device refuses of commands, it refuses the first time.
        return await checked(device, "a run", plan.bytes, () => begin(commands, added, given, asked))
      } catch (cause) {
        giveBack(added)
        // It may be bound to slots that are gone, or be what the device refuses.
        if (!isWarm && prepared !== undefined) known.drop(prepared)
        throw cause
      }
    }
  }

  const bind: Runner["bind"] = (slots) => {
    const run = runOn(slots, together)
    return (given, asked) =>
      Effect.map(
        attempt(
          host,
          () => run(given, asked),
          (begun) => giveBack(begun.slots)
        ),
        ({ slots: added, outputs: moved }) => ({
          slots: added,
          outputs: asked.length === 0 ? {} : attempt(host, () => moved)
        })
      )
  }
  const profile: Runner["profile"] = (slots) => {
    const run = runOn(slots, clock)
    return (given, asked) => {
      const perform = async (): Promise<ProfiledResult<GpuSlot>> => {
        const { slots: added, outputs: moved, times, commands, start } = await run(given, asked)
        const [values, nanoseconds] = await Promise.all([moved, times]).catch((cause: unknown) => {
          giveBack(added)
          throw cause
        })
        const works = worksOf(program, commands)
        const milliseconds = performance.now() - start
        const kernels = commands.map(({ kernel, regions }, at) => ({
          region: regions[0] as number,
          kernel,
          nanoseconds: nanoseconds[at] ?? 0,
          work: works[at] as Work
        }))
        return { outputs: values, slots: added, milliseconds, kernels }
      }
      return attempt(host, perform, ({ slots: added }) => giveBack(added))
    }
  }
  return { bind, profile, release: known.destroy }
}
