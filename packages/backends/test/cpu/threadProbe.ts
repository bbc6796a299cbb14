import { setTimeout as sleep } from "node:timers/promises"
import type { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { barrier } from "../../src/cpu/thread/barrier.ts"
import { controlBytes } from "../../src/cpu/thread/layout.ts"
import { makeThreadPool, type ThreadPool, type ThreadPoolOptions } from "../../src/cpu/thread/pool.ts"
import { type Code, get, sequence, set } from "../../src/cpu/wasm/code.ts"
import { call, counting, leave, when } from "../../src/cpu/wasm/control.ts"
import { functionOf, type Imported, type MakeLocal } from "../../src/cpu/wasm/function.ts"
import { i32 } from "../../src/cpu/wasm/instructions.ts"
import { moduleBytes } from "../../src/cpu/wasm/module.ts"
import * as WebAssembly from "../../src/cpu/webassembly.ts"

/** Where the control block of the tests' pools lies. */
const control = 1024

/** Where their programs read how many rounds they run, and find the cells of their threads. */
export const frame = 8192

/** A pool with its memory, also as words, and the workers that it started. */
export interface Probe {
  readonly pool: ThreadPool
  readonly memory: WebAssembly.Memory
  readonly words: Int32Array
  readonly workers: Array<Worker>
}

/** A pool of the tests. */
export const makeProbe = (
  threads: number,
  patience: ThreadPoolOptions["patience"] = {}
): Effect.Effect<Probe, never, Scope.Scope> =>
  Effect.gen(function* () {
    const workers: Array<Worker> = []
    const onWorker = (worker: Worker): void => {
      workers.push(worker)
    }
    process.on("worker", onWorker)
    yield* Effect.addFinalizer(() => Effect.sync(() => process.off("worker", onWorker)))
    const shared = threads > 1
    const memory = new WebAssembly.Memory(shared ? { initial: 1, maximum: 2, shared } : { initial: 1 })
    if (control + controlBytes(threads) > frame) throw new Error("the control block reaches into the frame")
    const pool = yield* makeThreadPool({ memory, control, threads, patience })
    return { pool, memory, words: new Int32Array(memory.buffer), workers }
  })

/** What a region of a test's program is written with. */
export interface Region {
  readonly thread: Code
  readonly round: Code
  readonly local: MakeLocal
}

/** A module in which every thread runs a region in each round, and all meet after it. */
export const rounds = (
  threads: number,
  region: (region: Region) => Code,
  imports: ReadonlyArray<Imported> = []
): WebAssembly.Module => {
  const meet = barrier(control, threads)
  const memory = { module: "residual", name: "memory", minimum: 1, shared: threads > 1 }
  const run = functionOf(["i32", "i32"], ["i32"], ([thread, base], local) => {
    if (thread === undefined || base === undefined) throw new Error("it has two parameters")
    const round = local("i32")
    return sequence(
      counting(
        round,
        i32.constant(0),
        i32.load(get(base)),
        1,
        sequence(
          region({ thread: get(thread), round: get(round), local }),
          when(call(meet, get(thread)), leave(i32.constant(1)))
        )
      ),
      i32.constant(0)
    )
  })
  return new WebAssembly.Module(
    moduleBytes({ memory: threads > 1 ? { ...memory, maximum: 2 } : memory, exports: { run }, imports })
  )
}

/** Two cells for each thread, which even and odd rounds write in turn. */
export const cell = (thread: Code, side: Code): Code =>
  i32.add(
    i32.constant(frame + 64),
    i32.add(i32.mul(thread, i32.constant(4)), i32.mul(i32.and(side, i32.constant(1)), i32.constant(256)))
  )

/** A thread's next value is the sum of its own and of its neighbour's, which both were made in the round before. */
export const summing = (threads: number): WebAssembly.Module =>
  rounds(threads, ({ thread, round, local }) => {
    const neighbour = local("i32")
    return sequence(
      set(neighbour, i32.remUnsigned(i32.add(thread, i32.constant(1)), i32.constant(threads))),
      i32.store(
        cell(thread, i32.add(round, i32.constant(1))),
        i32.add(i32.load(cell(thread, round)), i32.load(cell(get(neighbour), round)))
      )
    )
  })

/** Sets the rounds that a program runs, and its threads' first values. */
export const prepare = ({ words, pool }: Probe, count: number): void => {
  words[frame / 4] = count
  for (let thread = 0; thread < pool.threads; thread++) words[frame / 4 + 16 + thread] = thread + 1
}

/** The threads' values after so many rounds of `summing`: as it ran, and as it should have. */
export const sums = (
  { words, pool: { threads } }: Probe,
  count: number
): { readonly found: ReadonlyArray<number>; readonly expected: ReadonlyArray<number> } => {
  let expected = Array.from({ length: threads }, (_, thread) => thread + 1)
  for (let round = 0; round < count; round++) {
    expected = expected.map((value, thread) => (value + (expected[(thread + 1) % threads] ?? 0)) | 0)
  }
  const first = frame / 4 + 16 + 64 * (count & 1)
  return { found: [...words.subarray(first, first + threads)], expected }
}

/** Lets the process do what it has to in a turn of its event loop, some milliseconds later. */
export const later = (milliseconds: number): Effect.Effect<void> => Effect.promise(() => sleep(milliseconds))

/** Keeps the whole thread asleep, its event loop included. */
export const block = (milliseconds: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
