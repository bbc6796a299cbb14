import { assert, describe, it } from "@effect/vitest"
import { input, op, slot } from "@residual/core"
import type { Computation } from "@residual/graph"
import * as Effect from "effect/Effect"
import { compile, makeStore, run, Tensor } from "../../src/index.ts"
import { arraysOf, errorOf, onWatched } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"

const x = input("x", [2, 3])
const wide = input("x", [2], { dtype: "f64" })

describe.runIf(hasAdapter)("a kernel that a device refuses", () => {
  it.live("fails with its name, what the compiler says, and its text; the device refuses nothing else", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        watched.faults.source = (code) => `${code}\nfn wrong() -> f32 { return 1u; }`
        const error = yield* errorOf(run(op.softmax(x, { axis: 1 }), { x: [1, 2, 3, 4, 5, 6] }))
        assert.strictEqual(error._tag, "CompileFailure")
        assert.match(error.message, /^the kernel "[^"]+": line \d+: .*(u32|return)/)
        // The text that was given to the compiler, without what it was changed into.
        assert.include(error.message, "@compute @workgroup_size")
        assert.include(error.message, "fn main(")
        watched.faults.source = undefined
        const y = yield* run(op.sum(x), { x: [1, 2, 3, 4, 5, 6] })
        assert.strictEqual(Tensor.toNumber(y), 21)
        // What was refused is tried again.
        const z = yield* run(op.softmax(x, { axis: 1 }), { x: [0, 0, 0, 0, 0, 0] })
        assert.closeTo((Tensor.toArray(z) as Array<Array<number>>)[1]?.[2] ?? 0, 1 / 3, 1e-6)
      })
    )
  )

  it.live("in a pipeline fails with what the device says of that", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        watched.faults.source = (code) => code.replace(/fn main\(/, "fn other(")
        const error = yield* errorOf(run(op.exp(x), { x: [1, 2, 3, 4, 5, 6] }))
        assert.strictEqual(error._tag, "CompileFailure")
        assert.match(error.message, /^the kernel "[^"]+": .*main/)
      })
    )
  )

  it.live("when it runs for the first time changes no slot", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const w = slot("w", [2])
        const store = yield* makeStore({ w: Tensor.make([1, 2]) })
        const executable = yield* compile({ outputs: { y: op.exp(w) }, updates: { w: op.add(w, 1) } })
        const bound = yield* executable.bind(store)
        watched.faults.grid = () => [70_000, 1]
        for (let at = 0; at < 2; at++) {
          const error = yield* errorOf(bound.run())
          assert.strictEqual(error._tag, "ExecutionError")
          assert.match(error.message, /^webgpu: a run\(\): .*70000/)
        }
        watched.faults.grid = undefined
        assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [1, 2] })
        yield* bound.run()
        assert.deepStrictEqual(arraysOf(yield* store.snapshot), { w: [2, 3] })
      })
    )
  )
})

describe.runIf(hasAdapter)("floats of 64 bits", () => {
  const places: Readonly<Record<string, Computation>> = {
    "an input": { outputs: { y: op.cast(wide, "f32") } },
    "an input that is only handed out": { outputs: { wide } },
    "an output": { outputs: { y: op.cast(x, "f64") } },
    "what lies between": { outputs: { y: op.cast(op.exp(op.cast(x, "f64")), "f32") } },
    "a slot that is read": { outputs: { y: op.cast(slot("w", [2], { dtype: "f64" }), "f32") } },
    "a slot that is written": { outputs: {}, updates: { w: op.cast(x, "f64") } },
    "a constant": { outputs: { y: op.fill(1, { dtype: "f64", shape: [2] }) } }
  }
  it.live.each(Object.entries(places))("in a program, as %s, are refused", ([, computation]) =>
    onWatched(() =>
      Effect.gen(function* () {
        const error = yield* errorOf(compile(computation))
        assert.strictEqual(error._tag, "CompileFailure")
        assert.match(
          error.message,
          /^webgpu: \w+ gives f64\[.*\]: GPUs compute in f32; use f32, or the cpu or reference backend$/
        )
      })
    )
  )

  it.live("in a Store are refused, and not rounded", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const error = yield* errorOf(makeStore({ w: Tensor.make([1, 2], { dtype: "f64" }) }))
        assert.strictEqual(
          error.message,
          "webgpu: store(f64[2]): GPUs keep floats of 32 bits: use f32, or the cpu or reference backend"
        )
        assert.deepStrictEqual(watched.labels(), [])
      })
    )
  )
})
