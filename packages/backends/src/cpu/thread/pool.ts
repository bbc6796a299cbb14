import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { DeviceLost } from "../../error/deviceLost.ts"
import type { ExecutionError } from "../../error/executionError.ts"
import type { Memory, Module } from "../webassembly.ts"
import { conduct, type Job, type Patience, programFailure, threadFailure } from "./conduct.ts"
import { makeCrew } from "./crew.ts"
import { instantiate, type Mark } from "./instantiate.ts"
import { controlWords, word } from "./layout.ts"
import { mayThreadSleep } from "./mayThreadSleep.ts"
import type { SentProgram } from "./message.ts"

/** A program that the threads of a pool have loaded. */
export interface LoadedModule extends Job {
  readonly key: string
}

/** Threads that run programs together on one memory: the calling one, and workers. */
export interface ThreadPool {
  readonly threads: number
  /**
   * Loads a module in so many threads, all of them unless said otherwise, until the Scope closes. `key` names it in
   * errors, and `cost` are the nanoseconds that a run of it takes one thread, by which a thread that does not come back
   * is told from one that computes; `mark` is what a timed module calls. Workers are started by the first module that is
   * loaded in more than one thread.
   */
  readonly load: (
    key: string,
    module: Module,
    options?: { readonly threads?: number; readonly cost?: number; readonly mark?: Mark }
  ) => Effect.Effect<LoadedModule, ExecutionError | DeviceLost, Scope.Scope>
  /**
   * Calls the module's `run(thread, frame)` in each of its threads, and returns when all have returned: 0, or what the
   * first returned that did not return 0. Fails with an `ExecutionError` where a worker was found dead before anything was
   * computed (the next run has another in its place), or where a thread threw; with `DeviceLost`, from then on, where a
   * thread has not come back.
   */
  readonly run: (loaded: LoadedModule, frame: number) => number | ExecutionError | DeviceLost
}

/** What a pool is made of. */
export interface ThreadPoolOptions {
  /** Shared, where there is more than one thread. */
  readonly memory: Memory
  /** Where the control block lies, of `controlBytes(threads)` bytes, in zeros. A multiple of 64. */
  readonly control: number
  readonly threads: number
  readonly patience?: Partial<Patience>
}

const defaultPatience: Patience = { start: 10_000, answer: 2_000, arrival: 60_000 }

/** How many times what it should take a run may take before its threads are given up: the machine may be busy. */
const timesCost = 50

interface Loading {
  readonly waitingFor: Set<number>
  readonly finish: (problem: string | undefined) => void
}

/** A pool of threads, whose workers end with the Scope and do not keep the process alive. */
export const makeThreadPool = ({
  memory,
  control,
  threads,
  patience: given
}: ThreadPoolOptions): Effect.Effect<ThreadPool, never, Scope.Scope> =>
  Effect.gen(function* () {
    const patience: Patience = { ...defaultPatience, ...given }
    const words = new Int32Array(memory.buffer, control, threads > 1 ? controlWords(threads) : 0)
    const programs = new Map<number, SentProgram>()
    const loadings = new Map<number, Loading>()
    let count = 0
    let ended: ExecutionError | DeviceLost | undefined

    const crew = makeCrew({ memory, control, threads }, words, programs, {
      onLoaded: (thread, program, reason) => {
        const loading = loadings.get(program)
        if (loading === undefined) return
        if (reason !== undefined) loading.finish(`worker ${thread}: ${reason}`)
        else if (loading.waitingFor.delete(thread) && loading.waitingFor.size === 0) loading.finish(undefined)
      },
      onEnded: (thread, reason) => {
        for (const loading of [...loadings.values()]) loading.finish(`worker ${thread} ended: ${reason}`)
      }
    })
    if (threads > 1) {
      Atomics.store(words, word.callerSpins, mayThreadSleep() ? 0 : 1)
    }
    yield* Effect.addFinalizer(() =>
      Effect.promise(() => {
        ended ??= programFailure("the threads have ended")
        return crew.end()
      })
    )

    const loadInWorkers = (key: string, program: SentProgram): Effect.Effect<void, ExecutionError> =>
      Effect.callback<void, ExecutionError>((resume) => {
        const waitingFor = new Set(Array.from({ length: threads - 1 }, (_, at) => at + 1))
        const finish = (problem: string | undefined): void => {
          loadings.delete(program.number)
          resume(problem === undefined ? Effect.void : Effect.fail(programFailure(`${key}: ${problem}`)))
        }
        loadings.set(program.number, { waitingFor, finish })
        crew.start()
        programs.set(program.number, program)
        crew.tell({ kind: "load", program })
        return Effect.sync(() => loadings.delete(program.number))
      }).pipe(
        Effect.timeoutOrElse({
          duration: patience.start,
          orElse: () =>
            Effect.fail(programFailure(`${key}: the workers have not loaded it within ${patience.start} ms`))
        })
      )

    const unload = ({ program, threads: participants }: LoadedModule): void => {
      if (participants === 1 || ended !== undefined) return
      programs.delete(program)
      crew.tell({ kind: "unload", number: program })
    }

    const load: ThreadPool["load"] = (key, module, { threads: participants = threads, cost = 0, mark } = {}) =>
      Effect.gen(function* () {
        if (ended !== undefined) return yield* Effect.fail(ended)
        const own = Effect.try({
          try: (): LoadedModule => ({
            key,
            program: ++count,
            threads: participants,
            arrival: Math.max(patience.arrival, (timesCost * cost) / 1e6),
            run: instantiate(module, memory, mark)
          }),
          catch: (cause) => programFailure(`${key}: ${cause}`)
        })
        const loaded = yield* Effect.acquireRelease(own, (loaded) => Effect.sync(() => unload(loaded)))
        if (participants > 1) yield* loadInWorkers(key, { number: loaded.program, module })
        return loaded
      })

    const run: ThreadPool["run"] = (loaded, frame) => {
      if (ended !== undefined) return ended
      const result = loaded.threads === 1 ? runAlone(loaded, frame) : conduct(words, crew, patience, loaded, frame)
      if (result instanceof DeviceLost) {
        ended = result
        void crew.end()
      }
      return result
    }

    return { threads, load, run }
  })

const runAlone = ({ run }: LoadedModule, frame: number): number | ExecutionError => {
  try {
    return run(0, frame)
  } catch (cause) {
    return threadFailure(0, String(cause))
  }
}
