import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, input, op, slot } from "@residual/core"
import { type Computation, compile as compileProgram } from "@residual/graph"
import * as Effect from "effect/Effect"
import { Backend, compile, makeStore, run, Tensor } from "../../src/index.ts"
import * as Reference from "../../src/reference/index.ts"
import { programKernels } from "../../src/webgpu/program/kernels.ts"
import { leastContext } from "./attentionKernels.ts"
import { batch, beginning, descent, largestSlot, numbers, width } from "./descent.ts"
import { arraysOf, errorOf, onWatched } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"
import type { Watched } from "./watchedDevice.ts"

type Tensors = Readonly<Record<string, Tensor.Tensor>>

/** What runs of a computation on a Store give, and what the Store holds then. */
const runsOf = (computation: Computation, held: Tensors, inputs: ReadonlyArray<Tensors>) =>
  Effect.gen(function* () {
    const store = yield* makeStore(held)
    const executable = yield* (yield* compile(computation)).bind(store)
    const outputs = yield* Effect.forEach(inputs, (given) => executable.run(given))
    return { outputs: outputs.map(arraysOf), slots: arraysOf(yield* store.snapshot) }
  })

type Runs = Effect.Success<ReturnType<typeof runsOf>>

/** The slots and outputs that differ between runs. All of them are too much to be shown. */
const differences = (found: Runs, expected: Runs): ReadonlyArray<string> => {
  const differ = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)
  const names = Object.keys({ ...expected.slots, ...found.slots })
  const slots = names.filter((name) => differ(found.slots[name], expected.slots[name]))
  return differ(found.outputs, expected.outputs) ? [...slots, "the outputs"] : slots
}

const ofReference = (computation: Computation, held: Tensors, inputs: ReadonlyArray<Tensors>) =>
  Effect.scoped(runsOf(computation, held, inputs)).pipe(Effect.provide(Reference.layer({ mode: "rounded" })))

const batches = [batch(0), batch(1), batch(2)]

const usual = Effect.runSync(Effect.cached(onWatched(() => runsOf(descent(), beginning, batches))))

/** Many slots that one kernel reads, and the same that it writes. */
const count = 14
const many: Computation = {
  outputs: {
    sum: Array.from({ length: count }, (_, at) => slot(`s${at}`, [40]) as AnyExpr).reduce((a, b) => op.add(a, b))
  },
  updates: Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`s${at}`, op.add(slot(`s${(at + 1) % count}`, [40]), at)])
  )
}
const manyHeld = Object.fromEntries(Array.from({ length: count }, (_, at) => [`s${at}`, numbers([40], at)]))

describe.runIf(hasAdapter)("within a device's limits", () => {
  it("the update of many tensors is a kernel of its own, so that what follows is about it", () => {
    const compiled = compileProgram(descent(), { claims: new Set() })
    if (compiled._tag === "Left") throw compiled.left
    const found = programKernels(compiled.right, {
      context: leastContext,
      limits: { bindings: 8, bytes: 2 ** 27, alignment: 256 }
    })
    assert.isTrue("dispatches" in found && found.dispatches.some(({ kernel }) => kernel.tensors !== undefined))
  })

  const limits: Readonly<Record<string, Readonly<Record<string, number>>>> = {
    "eight bindings": { maxStorageBuffersPerShaderStage: 8 },
    "four bindings": { maxStorageBuffersPerShaderStage: 4 },
    "three bindings": { maxStorageBuffersPerShaderStage: 3 },
    "two large slots in a buffer": { maxStorageBufferBindingSize: 2 * largestSlot }
  }
  it.live.each(Object.entries(limits))("a step of training gives the same to the bit with %s", ([, limits]) =>
    Effect.gen(function* () {
      const found = yield* onWatched(() => runsOf(descent(), beginning, batches), { limits })
      assert.deepStrictEqual(differences(found, yield* usual), [])
    })
  )

  it.live("a step of training gives the same with a buffer for each large slot, but for the order of sums", () =>
    Effect.gen(function* () {
      // Regions that share a kernel otherwise are bound to too much together.
      const limits = { maxStorageBufferBindingSize: largestSlot }
      const found = yield* onWatched(() => runsOf(descent(), beginning, batches), { limits })
      const expected = yield* usual
      assert.sameMembers(Object.keys(found.slots), Object.keys(expected.slots))
      for (const [name, held] of Object.entries(expected.slots)) {
        const [values, others] = [held, found.slots[name]].map((array) => [array].flat(3) as ReadonlyArray<number>)
        const off = values?.map((value, at) => Math.abs(value - (others?.[at] ?? Number.NaN))) ?? [Number.NaN]
        assert.isTrue(
          off.every((distance) => distance <= 2 ** -23 * width),
          name
        )
      }
    })
  )

  /** Slots get buffers of such sizes only, most of them one of their own. */
  const spread = ({ faults }: Watched, ...sizes: ReadonlyArray<number>): void => {
    faults.outOfMemory = (label, size) => label === "residual slots" && !sizes.includes(size)
  }
  it.live.each([8, 4, 3])("slots lie in many buffers, and kernels are bound to %i", (bindings) =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          spread(watched, 256)
          assert.deepStrictEqual(yield* runsOf(many, manyHeld, [{}, {}]), yield* ofReference(many, manyHeld, [{}, {}]))
          assert.include(watched.labels(), "residual gathered slots")
          const slots = watched.labels().filter((label) => label === "residual slots")
          assert.lengthOf(slots, count)
        }),
      { limits: { maxStorageBuffersPerShaderStage: bindings } }
    )
  )

  it.live.each([8, 4])("slots of a step of training lie in many buffers, and kernels are bound to %i", (bindings) =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          spread(watched, 256, 512, 768, largestSlot)
          const found = yield* runsOf(descent(), beginning, batches)
          assert.deepStrictEqual(differences(found, yield* usual), [])
          const slots = watched.labels().filter((label) => label === "residual slots")
          assert.isAtLeast(slots.length, Object.keys(beginning).length - 3)
        }),
      { limits: { maxStorageBuffersPerShaderStage: bindings } }
    )
  )

  it.live("gathered slots are timed as others are", () =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          spread(watched, 256)
          const store = yield* makeStore(manyHeld)
          const executable = yield* (yield* compile(many)).bind(store)
          const { kernels } = yield* executable.profile()
          assert.isNotEmpty(kernels)
          const { slots } = yield* ofReference(many, manyHeld, [{}])
          assert.deepStrictEqual(arraysOf(yield* store.snapshot), slots)
        }),
      { limits: { maxStorageBuffersPerShaderStage: 4 }, features: ["timestamp-query"] }
    )
  )
})

describe.runIf(hasAdapter)("beyond a device's limits", () => {
  const x = input("x", [200])
  const beyond: Readonly<Record<string, readonly [Computation, Readonly<Record<string, number>>, RegExp]>> = {
    "a program's block": [
      { outputs: { y: op.add(x, 1) } },
      { maxBufferSize: 1024 },
      /^MemoryError: webgpu: a program \(the device's maxBufferSize\) takes 2048 bytes, 1024 are available$/
    ],
    "a value": [
      { outputs: { y: op.add(x, 1) } },
      { maxStorageBufferBindingSize: 512 },
      /^MemoryError: webgpu: the kernel "[^"]+" \(the device's maxStorageBufferBindingSize\) takes 800 bytes, 512 are available$/
    ],
    "the buffers of a kernel": [
      many,
      { maxStorageBufferBindingSize: 512, maxStorageBuffersPerShaderStage: 4 },
      /^CompileFailure: the kernel "[^"]+": it is bound to \d+ buffers, and the device's maxStorageBuffersPerShaderStage is 4$/
    ]
  }
  it.live.each(Object.entries(beyond))("%s fails when it is loaded", ([, [computation, limits, expected]]) =>
    onWatched(
      (watched) =>
        Effect.gen(function* () {
          const error = yield* errorOf(compile(computation))
          assert.match(`${error._tag}: ${error.message}`, expected)
          assert.deepStrictEqual([watched.labels(), yield* (yield* Backend).liveBytes], [[], 0])
          assert.deepStrictEqual(Tensor.toArray(yield* run(op.add(input("x", [2]), 1), { x: [1, 2] })), [2, 3])
        }),
      { limits }
    )
  )
})

describe.runIf(hasAdapter)("a grid", () => {
  it.live("of more workgroups than fit in a line has several lines, the last of them not full", () =>
    onWatched((watched) =>
      Effect.gen(function* () {
        const size = 65_536 * 256 + 100
        const pairs = op.sum(op.reshape(op.iota([2 * size]), [size, 2]), { axes: [1] })
        const y = op.add(pairs, input("x", [], { dtype: "i32" }))
        const elements = Tensor.toTypedArray(yield* run(y, { x: 1 }))
        assert.deepStrictEqual(watched.grids, [[32_769, 2]])
        assert.isTrue(elements.every((element, at) => element === 4 * at + 2))
        assert.lengthOf(elements, size)
      })
    )
  )
})
