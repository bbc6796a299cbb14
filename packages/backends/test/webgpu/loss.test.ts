import { assert, describe, it } from "@effect/vitest"
import { input, op, slot } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { Backend, type BackendError, compile, makeStore, type ProgramCache, run, Tensor } from "../../src/index.ts"
import { batch, beginning, descent } from "./descent.ts"
import { arraysOf, errorOf, onDevice, onWatched, until } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"
import { type Watched, watchedDevice } from "./watchedDevice.ts"

const [x, w] = [input("x", [2]), slot("w", [2])]
const step = { outputs: { y: op.mul(w, x) }, updates: { w: op.add(w, x) } }
const ones = { x: Tensor.make([1, 1]) }

const bound = Effect.gen(function* () {
  const store = yield* makeStore({ w: Tensor.make([1, 2]) })
  const executable = yield* (yield* compile(step)).bind(store)
  yield* executable.run(ones)
  const other = yield* (yield* compile({ outputs: {}, updates: { added: op.add(w, x) } })).bind(store)
  return { store, executable, other }
})

/** A promise that is kept when that is asked for. */
const hold = () => {
  let release: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    release = resolve
  })
  return { promise, release }
}

type Failing = Effect.Effect<unknown, BackendError, Backend | ProgramCache | Scope.Scope>

/** Everything that a backend is asked for fails by the loss of the device. */
const allFail = (message: string, failing: ReadonlyArray<Failing>) =>
  Effect.forEach(failing, (each) =>
    Effect.map(errorOf(each), (error) => assert.deepStrictEqual([error._tag, error.message], ["DeviceLost", message]))
  )

const losses: Readonly<Record<string, { readonly lose: (watched: Watched) => void; readonly message: RegExp }>> = {
  "is destroyed": { lose: ({ real }) => real.destroy(), message: /^webgpu is lost: .*destroyed/ },
  "says that it is lost": {
    lose: ({ lose }) => lose("the driver was reset"),
    message: /^webgpu is lost: the driver was reset$/
  }
}

describe.runIf(hasAdapter).each(Object.entries(losses))("a device that %s", (_, { lose, message }) => {
  it.live("fails what is to come", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { store, executable } = yield* bound
        lose(watched)
        const first = yield* errorOf(executable.run(ones))
        assert.match(first.message, message)
        yield* allFail(first.message, [
          executable.run(ones, { outputs: [] }),
          executable.bind(store),
          store.snapshot,
          store.read("w"),
          store.replace({ w: Tensor.make([1, 2]) }),
          makeStore({ w: Tensor.make([1, 2]) }),
          compile({ outputs: { y: op.exp(x) } }),
          run(op.neg(x), ones)
        ])
      })
    )
  )

  const underWay: Readonly<Record<string, (on: Effect.Success<typeof bound>) => Effect.Effect<unknown, BackendError>>> =
    {
      "a run whose outputs are on their way": ({ executable }) => executable.run(ones),
      "a snapshot": ({ store }) => store.snapshot
    }
  it.live.each(Object.entries(underWay))("fails %s", ([, begin]) =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const on = yield* bound
        const submits = watched.counts().submits
        // What is mapped never arrives.
        watched.faults.mapping = new Promise(() => undefined)
        const fiber = yield* Effect.forkChild(errorOf(begin(on)))
        yield* until(() => watched.counts().submits > submits)
        lose(watched)
        assert.match((yield* Fiber.join(fiber)).message, message)
      })
    )
  )

  const making: Readonly<Record<string, (on: Effect.Success<typeof bound>) => Failing>> = {
    "a Store": () => makeStore({ w: Tensor.make([1, 2]) }),
    "a program": () => compile({ outputs: { y: op.exp(x) } }),
    "a first run, with a slot that it adds": ({ other }) => other.run(ones)
  }
  it.live.each(Object.entries(making))("fails what makes %s, which is undone", ([, make]) =>
    onWatched((watched) =>
      Effect.gen(function* () {
        // So that no slot has room beside another.
        watched.faults.outOfMemory = (label, size) => label === "residual slots" && size > 256
        const on = yield* bound
        const labels = watched.labels()
        const { buffers } = watched.counts()
        const told = hold()
        watched.faults.telling = told.promise
        const fiber = yield* Effect.forkChild(errorOf(Effect.scoped(make(on))))
        yield* until(() => watched.counts().buffers > buffers)
        lose(watched)
        assert.match((yield* Fiber.join(fiber)).message, message)
        told.release()
        // What goes on after the loss comes to its end.
        yield* Effect.sleep(50)
        yield* until(() => watched.labels().join() === labels.join())
      })
    )
  )

  it.live("fails a first run, whose tables are let go of when its program is gone", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const backend = yield* Backend
        const { program } = yield* compile(descent())
        const labels = watched.labels()
        const told = hold()
        const running = Effect.gen(function* () {
          const executable = yield* (yield* backend.load(program)).bind(yield* makeStore(beginning))
          watched.faults.telling = told.promise
          yield* executable.run(batch(0), { outputs: [] })
        })
        const fiber = yield* Effect.forkChild(errorOf(Effect.scoped(running)))
        yield* until(() => watched.labels().includes("residual table"))
        lose(watched)
        assert.match((yield* Fiber.join(fiber)).message, message)
        assert.include(watched.labels(), "residual table")
        told.release()
        // What goes on after the loss comes to its end.
        yield* Effect.sleep(50)
        yield* until(() => watched.labels().join() === labels.join())
      })
    )
  )

  it.live("fails what compiles, and all that waits", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { executable } = yield* bound
        const pipelines = watched.counts().pipelines
        watched.faults.compiling = new Promise(() => undefined)
        const compiling = yield* Effect.forkChild(errorOf(compile({ outputs: { y: op.exp(x) } })))
        yield* until(() => watched.counts().pipelines > pipelines)
        const waiting = yield* Effect.forkChild(errorOf(executable.run(ones)), { startImmediately: true })
        lose(watched)
        assert.match((yield* Fiber.join(compiling)).message, message)
        assert.match((yield* Fiber.join(waiting)).message, message)
      })
    )
  )
})

/** A promise that is broken, whether or not somebody waits for it. */
const aborted = (): Promise<never> => {
  const promise = Promise.reject(new Error("the mapping was aborted"))
  promise.catch(() => undefined)
  return promise
}

describe.runIf(hasAdapter)("a device whose outputs are lost before it says that it is", () => {
  it.live("fails by its loss", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { executable } = yield* bound
        watched.faults.mapping = aborted()
        setTimeout(() => watched.lose("the driver was reset"), 20)
        const error = yield* errorOf(executable.run(ones))
        assert.strictEqual(error.message, "webgpu is lost: the driver was reset")
      })
    )
  )

  it.live("and never does, fails them alone", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const { executable, store } = yield* bound
        watched.faults.mapping = aborted()
        const error = yield* errorOf(executable.run(ones))
        assert.strictEqual(error.message, "webgpu: program(): the mapping was aborted")
        watched.faults.mapping = undefined
        assert.deepStrictEqual(Tensor.toArray(yield* store.read("w")), [3, 4])
        assert.deepStrictEqual(arraysOf(yield* executable.run(ones)), { y: [3, 4] })
      })
    )
  )
})

describe.runIf(hasAdapter)("after the loss of a device", () => {
  /** Trains from some slots on, and hands out what they hold after each step. */
  const train = (
    watched: Watched,
    from: Readonly<Record<string, Tensor.Tensor>>,
    steps: ReadonlyArray<number>,
    loseAt: number | undefined
  ) => {
    const snapshots: Array<Readonly<Record<string, Tensor.Tensor>>> = []
    const training = Effect.gen(function* () {
      const store = yield* makeStore(from)
      const executable = yield* (yield* compile(descent())).bind(store)
      for (const at of steps) {
        if (at === loseAt) watched.real.destroy()
        yield* executable.run(batch(at))
        snapshots.push(yield* store.snapshot)
      }
    })
    return Effect.map(Effect.result(onDevice(watched, training)), (result) => ({ result, snapshots }))
  }

  it.live("training goes on from the last snapshot, as if nothing had happened", () =>
    Effect.gen(function* () {
      const device = Effect.promise(() => watchedDevice())
      const whole = yield* train(yield* device, beginning, [0, 1, 2, 3, 4], undefined)
      assert.strictEqual(whole.result._tag, "Success")
      const lost = yield* train(yield* device, beginning, [0, 1, 2, 3, 4], 3)
      assert.isTrue(lost.result._tag === "Failure" && lost.result.failure._tag === "DeviceLost")
      assert.lengthOf(lost.snapshots, 3)
      const resumed = yield* train(yield* device, lost.snapshots.at(-1) ?? {}, [3, 4], undefined)
      assert.strictEqual(resumed.result._tag, "Success")
      const [resumedTo, trainedTo, lostAt] = [resumed, whole, lost].map(({ snapshots }) => snapshots.at(-1) ?? {})
      for (const name of Object.keys(beginning)) {
        // Too much to be shown where it differs.
        const [found, expected, before] = [resumedTo, trainedTo, lostAt].map((held) =>
          JSON.stringify(arraysOf(held ?? {})[name])
        )
        assert.isTrue(found === expected, `${name} is another`)
        assert.isTrue(name === "rate" || found !== before, `${name} is as before`)
      }
    })
  )

  it.live("its memory counts as free when its Scopes are closed", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const backend = yield* Backend
        const { program } = yield* compile(step)
        const [bytes, labels] = [yield* backend.liveBytes, watched.labels()]
        const using = Effect.gen(function* () {
          const store = yield* makeStore({ w: Tensor.make([1, 2]) })
          const executable = yield* (yield* backend.load(program)).bind(store)
          yield* executable.run(ones)
          watched.lose("the driver was reset")
          yield* executable.run(ones)
        })
        yield* errorOf(Effect.scoped(using))
        assert.deepStrictEqual([yield* backend.liveBytes, watched.labels()], [bytes, labels])
      })
    )
  )
})
