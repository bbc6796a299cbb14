import type { Id, Program } from "@residual/graph"
import { type KernelCall, kernelContext } from "../emit/kernels.ts"
import { regionCalls } from "../emit/regionCalls.ts"
import { hostImports, markImport } from "../hostImport.ts"
import type { Tiles } from "../product/productSpec.ts"
import { barrier } from "../thread/barrier.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { call, leave, when } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { copyBytes, i32, select } from "../wasm/instructions.ts"
import { moduleBytes } from "../wasm/module.ts"
import { type Meeting, meetings } from "./meetings.ts"
import { type Address, type MemoryPlan, memoryPlan } from "./memoryPlan.ts"

/** What programs are compiled for. */
export interface CompileOptions {
  /** How many threads a program is run by that is worth it. */
  readonly threads: number
  /** Nanoseconds that a program must take for threads to share it. */
  readonly shareFrom: number
  /** Whether the engine has relaxed fused multiply-add. */
  readonly fused: boolean
  /** The tiles that the engine is quick with. */
  readonly tiles: Tiles
  /** Whether the memory is shared, and its greatest number of pages. */
  readonly memory: { readonly shared: boolean; readonly maximum: number }
  /** Where threads meet, in memory. */
  readonly control: number
}

/** A program as a WebAssembly module, and its memory. */
export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly threads: number
  /** Nanoseconds that one thread takes for it, by estimate. */
  readonly cost: number
  readonly plan: MemoryPlan
  /** What each region is computed by, for people. */
  readonly names: ReadonlyArray<string>
}

/** A kernel, and the place of the region that it computes, or a part of. */
interface RegionCall extends KernelCall {
  readonly region: number
}

/** A kernel is shared from this part of what a program must take: it costs a meeting, not the start of threads. */
const kernelPart = 1 / 50

/**
 * Compiles a program into one module: its kernels, and a function that runs them one after the other. Its timed form does
 * the same on the same memory, but threads meet before each region, and the first one calls `mark` then.
 */
export const compileModule = (
  program: Program,
  options: CompileOptions,
  form: "plain" | "timed" = "plain"
): CompiledModule => {
  const context = kernelContext(options.fused, options.tiles)
  const extra = new Set<Id>()
  const ofRegions = program.regions.map((region) =>
    regionCalls(program.graph, region, context, (id) => {
      extra.add(id)
    })
  )
  const all = ofRegions.flatMap((kernels, region) => kernels.map((kernel): RegionCall => ({ ...kernel, region })))
  const cost = all.reduce((sum, kernel) => sum + kernel.cost, 0)
  const threads = cost < options.shareFrom ? 1 : options.threads
  const scratch = all.reduce((most, { scratchBytes }) => Math.max(most, scratchBytes), 0)
  const plan = memoryPlan(program, [...extra], scratch, threads)
  const calls = all.filter((kernel) => !isIdle(kernel, plan))
  const isTimed = form === "timed"
  const run = runFunction(program, calls, plan, threads, options, isTimed)
  const { shared, maximum } = options.memory
  const bytes = moduleBytes({
    memory: { module: "residual", name: "memory", minimum: 1, shared, ...(shared ? { maximum } : {}) },
    imports: [...Object.values(hostImports), ...(isTimed ? [markImport] : [])],
    exports: { run }
  })
  return { bytes, threads, cost, plan, names: ofRegions.map(nameOf) }
}

/** What kernels that compute a region together are called. */
const nameOf = (kernels: ReadonlyArray<KernelCall>): string => {
  const [first, ...others] = kernels
  if (first === undefined) return "nothing"
  if (others.length === 0) return first.name
  return others.length === 1 ? `${first.name}, ${others[0]?.name}` : `${first.name}, and ${others.length} more`
}

/** Whether a copy would copy a value onto itself. */
const isIdle = ({ isCopy, reads, writes }: KernelCall, { addressOf }: MemoryPlan): boolean => {
  if (isCopy !== true || reads.length !== 1 || writes.length !== 1) return false
  return JSON.stringify(addressOf(reads[0] as Id)) === JSON.stringify(addressOf(writes[0] as Id))
}

/** (thread, frame) → 0, or 1 where the run was given up. */
const runFunction = (
  program: Program,
  calls: ReadonlyArray<RegionCall>,
  plan: MemoryPlan,
  threads: number,
  { control, shareFrom }: CompileOptions,
  isTimed: boolean
): WasmFunction =>
  functionOf(["i32", "i32"], ["i32"], (params, local) => {
    const [thread, frame] = params as [Local, Local]
    const base = local("i32")
    const scratch = local("i32")
    const addressCode = (address: Address): Code =>
      address.in === "slot"
        ? i32.load(get(frame), 4 * (1 + address.slot))
        : address.offset === 0
          ? get(base)
          : i32.add(get(base), i32.constant(address.offset))
    const place = (id: Id): Code => addressCode(plan.addressOf(id))
    const kernelCode = ({ kernel, reads, writes }: KernelCall, from: Code, to: Code): Code =>
      call(kernel, ...reads.map(place), ...writes.map(place), get(scratch), from, to)
    const meet = barrier(control, threads)
    const steps: ReadonlyArray<Meeting> =
      threads === 1
        ? calls.map((kernel) => ({ kernel, thread: 0, meetsBefore: false }))
        : meetings(calls, plan, threads, shareFrom * kernelPart)
    const meetHere = threads === 1 ? nothing : when(call(meet, get(thread)), leave(i32.constant(1)))
    const mark = (region: number): Code => {
      const marked = call(markImport, i32.constant(region))
      return sequence(meetHere, threads === 1 ? marked : when(i32.isZero(get(thread)), marked))
    }
    const codes = steps.map(({ kernel, thread: by, meetsBefore }, at): Code => {
      const { region } = calls[at] as RegionCall
      const isMarked = isTimed && calls[at - 1]?.region !== region
      const meeting = isMarked ? mark(region) : meetsBefore ? meetHere : nothing
      if (threads === 1) return sequence(meeting, kernelCode(kernel, i32.constant(0), i32.constant(kernel.pieces)))
      if (by !== "all") {
        return sequence(
          meeting,
          when(
            i32.equal(get(thread), i32.constant(by)),
            kernelCode(kernel, i32.constant(0), i32.constant(kernel.pieces))
          )
        )
      }
      const part = Math.ceil(kernel.pieces / threads / kernel.unit) * kernel.unit
      return sequence(
        meeting,
        kernelCode(
          kernel,
          atMost(i32.mul(get(thread), i32.constant(part)), kernel.pieces),
          atMost(i32.mul(i32.add(get(thread), i32.constant(1)), i32.constant(part)), kernel.pieces)
        )
      )
    })
    const copies = program.slots.flatMap(({ name, updates, inPlace }) => {
      if (updates === undefined || inPlace) return []
      const slot = addressCode({ in: "slot", slot: plan.slots.indexOf(name) })
      return [copyBytes(slot, place(updates), i32.constant(plan.bytesOf(updates)))]
    })
    const atEnd =
      copies.length === 0
        ? nothing
        : threads === 1
          ? sequence(...copies)
          : sequence(meetHere, when(i32.isZero(get(thread)), sequence(...copies)))
    return sequence(
      set(base, i32.load(get(frame), 0)),
      set(
        scratch,
        i32.add(
          i32.add(get(base), i32.constant(plan.scratch.offset)),
          i32.mul(get(thread), i32.constant(plan.scratch.bytes))
        )
      ),
      ...codes,
      isTimed ? mark(-1) : nothing,
      atEnd,
      i32.constant(0)
    )
  })

const atMost = (value: Code, most: number): Code =>
  select(value, i32.constant(most), i32.lessSigned(value, i32.constant(most)))
