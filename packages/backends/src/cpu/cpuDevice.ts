import { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Device, LoadedProgram, ProfiledResult, Step, StepResult } from "../device.ts"
import type { BackendError } from "../error/backendError.ts"
import { CompileFailure } from "../error/compileFailure.ts"
import { DeviceLost } from "../error/deviceLost.ts"
import { ExecutionError } from "../error/executionError.ts"
import { MemoryError } from "../error/memoryError.ts"
import type { Identity } from "../identity.ts"
import * as Tensor from "../tensor.ts"
import { claims } from "./claims.ts"
import { chooseTiles } from "./engine/chooseTiles.ts"
import { hasFusedMultiplyAdd } from "./hasFusedMultiplyAdd.ts"
import { identityOf } from "./identityOf.ts"
import { linearMemory, mostPages, sharedMemory } from "./linearMemory.ts"
import type { Tiles } from "./product/productSpec.ts"
import { type CompiledModule, type CompileOptions, compileModule } from "./program/compileModule.ts"
import { type Address, constantElements } from "./program/memoryPlan.ts"
import { makeTimer, type Timer } from "./program/timer.ts"
import { canShareMemory } from "./thread/canShareMemory.ts"
import { hasBegun, threadFailure } from "./thread/conduct.ts"
import { controlBytes } from "./thread/layout.ts"
import { type LoadedModule, makeThreadPool } from "./thread/pool.ts"
import * as WebAssembly from "./webassembly.ts"

/** How the CPU backend runs. */
export interface CpuOptions {
  /** How many threads share a program that is large enough: as many as the machine has cores by default. */
  readonly threads?: number
  /** Whether products and sums may be fused, which rounds once: where the engine can by default. */
  readonly relaxedSimd?: boolean
  /** Nanoseconds that a program must take, by estimate, for threads to share it: 200,000 by default. */
  readonly shareFrom?: number
  /**
   * Whether products may use vectors of 256 bits, where that proves to be right and faster: twice as fast, in Node 24 on x64
   * with AVX2. It sets V8's flag `--experimental-wasm-revectorize`, which is experimental, and holds for all WebAssembly of
   * the process that is compiled from then on, whoever it is of. Elsewhere it does nothing; it is off by default.
   */
  readonly fast?: boolean
  /** Bytes that may be live at once: what addresses of 32 bits reach by default. */
  readonly bytes?: number
}

/**
 * The CPU backend's device.
 *
 * ```ts
 * import { cpuDevice } from "@residual/backends/cpu"
 * import { Effect } from "effect"
 * const isWide = Effect.map(cpuDevice({ threads: 1 }), ({ tiles }) => tiles.wide)
 * await Effect.runPromise(Effect.scoped(isWide)) // => false
 * ```
 */
export interface CpuDevice extends Device<CpuSlot> {
  readonly identity: Identity
  /** The tiles that it computes products in. */
  readonly tiles: Tiles
}

/** One tensor of a Store, in the memory. */
export interface CpuSlot {
  readonly address: number
  readonly type: TensorType.TensorType
}

/** A program's timed form, and what tells its times. */
interface TimedModule {
  readonly loaded: LoadedModule
  readonly timer: Timer
}

const name = "cpu"

/** So many compiled modules are kept for programs that are loaded again. */
const mostModules = 64

/** The most bytes of one tensor: kernels count bytes in signed integers of 32 bits. */
const largest = 2 ** 31 - 64

/** As many threads as there are cores, and one where memory cannot be shared. */
const threadsOf = ({ threads }: CpuOptions): number => {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } }
  return canShareMemory() ? Math.max(1, threads ?? navigator?.hardwareConcurrency ?? 1) : 1
}

/**
 * The CPU backend's device: every program is one WebAssembly module, specialised to its shapes. Its threads end with the
 * Scope.
 *
 * ```ts
 * import { cpuDevice } from "@residual/backends/cpu"
 * import { Effect } from "effect"
 * const name = Effect.map(cpuDevice({ threads: 1 }), (device) => device.name)
 * await Effect.runPromise(Effect.scoped(name)) // => "cpu"
 * ```
 */
export const cpuDevice = (options: CpuOptions = {}): Effect.Effect<CpuDevice, never, Scope.Scope> =>
  Effect.gen(function* () {
    const wanted = threadsOf(options)
    const common = wanted > 1 ? sharedMemory() : undefined
    const shared = common !== undefined
    const threads = shared ? wanted : 1
    // The first line stays free, so that no value lies at address 0.
    const control = 64
    const linear = linearMemory(control + (shared ? controlBytes(threads) : 0), common)
    const pool = yield* makeThreadPool({ memory: linear.memory, control, threads })
    const fused = options.relaxedSimd ?? hasFusedMultiplyAdd()
    const tiles = chooseTiles({ fused, fast: options.fast ?? false })
    if (options.fast === true) yield* Effect.logDebug("fast: tiles of products by the engine's speed", tiles)
    const compileOptions: CompileOptions = {
      threads,
      shareFrom: options.shareFrom ?? 200_000,
      fused,
      tiles,
      memory: { shared, maximum: mostPages },
      control
    }
    const limit = options.bytes ?? mostPages * 65_536
    const modules = new Map<string, { readonly compiled: CompiledModule; readonly module: WebAssembly.Module }>()

    const noRoom = (purpose: string, bytes: number): MemoryError =>
      new MemoryError({ device: name, purpose, bytes, available: linear.room() })

    const upload = (tensor: Tensor.Tensor): Effect.Effect<CpuSlot, BackendError> =>
      Effect.suspend(() => {
        const { type } = tensor
        const address = linear.take(TensorType.bytes(type))
        if (address === undefined) return Effect.fail(noRoom("a tensor", TensorType.bytes(type)))
        linear.write(address, type, tensor["~elements"])
        return Effect.succeed({ address, type })
      })

    const moduleOf = (
      program: Program,
      form: "plain" | "timed" = "plain"
    ): Effect.Effect<{ readonly compiled: CompiledModule; readonly module: WebAssembly.Module }, CompileFailure> =>
      Effect.suspend(() => {
        const key = `${form} ${program.hash}`
        const known = modules.get(key)
        if (known !== undefined) return Effect.succeed(known)
        const compiled = compileModule(program, compileOptions, form)
        try {
          const made = { compiled, module: new WebAssembly.Module(compiled.bytes) }
          const [oldest] = modules.keys()
          if (modules.size >= mostModules && oldest !== undefined) modules.delete(oldest)
          modules.set(key, made)
          return Effect.succeed(made)
        } catch (cause) {
          return Effect.fail(new CompileFailure({ stage: "WebAssembly", reason: String(cause) }))
        }
      })

    const load = (program: Program): Effect.Effect<LoadedProgram<CpuSlot>, BackendError, Scope.Scope> =>
      Effect.gen(function* () {
        const large = largestBytes(program)
        if (large > largest) {
          return yield* Effect.fail(
            new MemoryError({ device: name, purpose: "one tensor", bytes: large, available: largest })
          )
        }
        const { compiled, module } = yield* moduleOf(program)
        const { plan } = compiled
        const take = Effect.suspend(() => {
          const address = linear.take(plan.bytes)
          return address === undefined ? Effect.fail(noRoom("a program", plan.bytes)) : Effect.succeed(address)
        })
        const block = yield* Effect.acquireRelease(take, (address) =>
          Effect.sync(() => linear.giveBack(address, plan.bytes))
        )
        for (const { offset, type, values } of plan.constants) {
          linear.write(block + offset, type, constantElements(type, values))
        }
        const loaded = yield* pool.load(program.hash, module, compiled)
        const loadTimed = Effect.gen(function* () {
          const { compiled, module } = yield* moduleOf(program, "timed")
          const timer = makeTimer(compiled.names)
          return { loaded: yield* pool.load(program.hash, module, { ...compiled, mark: timer.mark }), timer }
        })
        // Closed with the program's, in its turn: one that closes while the timed form is loaded would unload it at once.
        const own = yield* Effect.acquireRelease(Scope.make(), Scope.close)
        return programOn(program, compiled, block, loaded, Scope.provide(loadTimed, own))
      })

    const programOn = (
      program: Program,
      { plan }: CompiledModule,
      block: number,
      loaded: LoadedModule,
      loadTimed: Effect.Effect<TimedModule, BackendError>
    ): LoadedProgram<CpuSlot> => {
      const frame = block + plan.frame
      const inputs = [...plan.inputs].map(([name, { offset, type }]) => ({ name, type, address: block + offset }))
      const outputs = new Map(
        program.outputs.map(({ name, id }) => {
          const type = program.graph.nodes[id]?.types[0] as TensorType.TensorType
          return [name, { type, address: plan.addressOf(id) }] as const
        })
      )
      const nothingAdded: ReadonlyMap<string, CpuSlot> = new Map()
      let bound: object | undefined
      const bind = (
        loaded: () => LoadedModule,
        slots: ReadonlyMap<string, CpuSlot>
      ): Step<StepResult<CpuSlot> | BackendError> => {
        const own = {}
        const held = plan.slots.map((name) => slots.get(name))
        const missing = program.slots.filter((_, at) => held[at] === undefined)
        const addresses = held.map((slot) => slot?.address ?? 0)
        const locate = (address: Address): number =>
          address.in === "slot" ? (addresses[address.slot] as number) : block + address.offset
        const giveAddresses = (): void => {
          const words = linear.words()
          words[frame / 4] = block
          for (const [at, address] of addresses.entries()) words[frame / 4 + 1 + at] = address
          bound = own
        }
        const addMissing = (): ReadonlyMap<string, CpuSlot> | MemoryError => {
          const added = new Map<string, CpuSlot>()
          for (const { name, type } of missing) {
            const address = linear.take(TensorType.bytes(type))
            if (address === undefined) {
              for (const slot of added.values()) linear.giveBack(slot.address, TensorType.bytes(slot.type))
              return noRoom("a slot", TensorType.bytes(type))
            }
            added.set(name, { address, type })
            addresses[plan.slots.indexOf(name)] = address
          }
          return added
        }
        return (given, asked) => {
          const added = missing.length === 0 ? nothingAdded : addMissing()
          if (added instanceof MemoryError) return added
          for (const { name, type, address } of inputs) {
            linear.write(address, type, (given[name] as Tensor.Tensor)["~elements"])
          }
          if (bound !== own || missing.length > 0) giveAddresses()
          const result = pool.run(loaded(), frame)
          if (result !== 0) {
            for (const slot of added.values()) linear.giveBack(slot.address, TensorType.bytes(slot.type))
            return failureOf(program, typeof result === "number" ? givenUp : result)
          }
          const moved: Record<string, Tensor.Tensor> = {}
          for (const name of asked) {
            const { type, address } = outputs.get(name) as { type: TensorType.TensorType; address: Address }
            moved[name] = Tensor.adopt(type, linear.read(locate(address), type))
          }
          return { outputs: moved, slots: added }
        }
      }
      let timed: TimedModule | undefined
      const profile = (
        slots: ReadonlyMap<string, CpuSlot>
      ): Step<Effect.Effect<ProfiledResult<CpuSlot>, BackendError>> => {
        const step = bind(() => (timed as TimedModule).loaded, slots)
        const perform = ({ timer }: TimedModule, ...given: Parameters<typeof step>) => {
          const { result, milliseconds, kernels } = timer.time(() => step(...given))
          return "_tag" in result ? Effect.fail(result) : Effect.succeed({ ...result, milliseconds, kernels })
        }
        return (...given) =>
          Effect.suspend(() => {
            if (timed !== undefined) return perform(timed, ...given)
            return Effect.flatMap(loadTimed, (made) => {
              timed = made
              return perform(made, ...given)
            })
          })
      }
      return { kind: "synchronous", bytes: plan.bytes, bind: (slots) => bind(() => loaded, slots), profile }
    }

    return {
      name,
      identity: identityOf(compileOptions),
      tiles,
      limits: { bytes: limit },
      claims,
      upload,
      download: ({ address, type }) => Effect.sync(() => Tensor.adopt(type, linear.read(address, type))),
      release: ({ address, type }) => Effect.sync(() => linear.giveBack(address, TensorType.bytes(type))),
      load
    }
  })

/** The bytes of the largest value that lies in memory. */
const largestBytes = ({ graph, places }: Program): number =>
  [...places.keys()].reduce(
    (most, id) => Math.max(most, TensorType.bytes(graph.nodes[id]?.types[0] as TensorType.TensorType)),
    0
  )

const givenUp = threadFailure(0, "the run was given up")

/** A run that fails in its midst leaves slots half written that it updates in place: nothing on the device is good then. */
const failureOf = ({ slots }: Program, error: ExecutionError | DeviceLost): ExecutionError | DeviceLost =>
  error instanceof ExecutionError && hasBegun(error) && slots.some(({ inPlace }) => inPlace)
    ? new DeviceLost({ device: name, reason: error.reason })
    : error
