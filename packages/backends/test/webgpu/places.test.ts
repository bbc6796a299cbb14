import { assert, describe, it } from "@effect/vitest"
import { constant, input, op, slot } from "@residual/core"
import type { Computation } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  Backend,
  type BackendError,
  compile,
  type Executable,
  makeStore,
  type ProgramCache,
  Tensor
} from "../../src/index.ts"
import * as Reference from "../../src/reference/index.ts"
import { memoryPlan } from "../../src/webgpu/program/memoryPlan.ts"
import { naiveProgram } from "../naiveProgram.ts"
import { arraysOf, onWatched } from "./onWatched.ts"
import { hasAdapter } from "./testDevice.ts"

type Environment = Backend | ProgramCache | Scope.Scope

type Tensors = Readonly<Record<string, Tensor.Tensor>>

interface Case {
  readonly computation: Computation
  /** Whether it only moves what it is given. */
  readonly isOfLeaves?: boolean
  readonly held?: Tensors
  readonly inputs?: Tensors
}

const [x, a, b, c] = [input("x", [3]), slot("a", [3]), slot("b", [3]), slot("c", [3])]
const held = { a: Tensor.make([1, 2, 3]), b: Tensor.make([4, 5, 6]), c: Tensor.make([7, 8, 9]) }
const inputs = { x: Tensor.make([10, 20, 30]) }

const [count, flags] = [slot("count", [2], { dtype: "i32" }), slot("flags", [2], { dtype: "bool" })]
const integers = { count: Tensor.make([1, -2], { dtype: "i32" }), flags: Tensor.make([true, false], { dtype: "bool" }) }

const [none, wide, full] = [input("none", [0]), input("wide", [2, 0]), input("full", [2, 3])]
const kept = slot("kept", [0, 2])
const other = slot("other", [0, 2])
const empty = {
  none: Tensor.make(new Float32Array(0), { shape: [0] }),
  wide: Tensor.make(new Float32Array(0), { shape: [2, 0] }),
  full: Tensor.make([1, 2, 3, 4, 5, 6], { shape: [2, 3] })
}
const nothingKept = { kept: Tensor.make([], { shape: [0, 2] }), other: Tensor.make([], { shape: [0, 2] }) }

const cases: Readonly<Record<string, Case>> = {
  "slots that change places": { isOfLeaves: true, computation: { outputs: {}, updates: { a: b, b: a } }, held },
  "slots that move on in a circle": {
    isOfLeaves: true,
    computation: { outputs: { a }, updates: { a: b, b: c, c: a } },
    held
  },
  "a slot that takes another's old value": {
    computation: { outputs: { sum: op.sum(a) }, updates: { a: op.mul(b, 2), b: a, c: op.add(a, c) } },
    held
  },
  "a slot that takes another's new value": {
    computation: { outputs: {}, updates: { a: op.add(a, 1), b: op.add(a, 1), c: a } },
    held
  },
  "a slot that is updated while its old value is an output": {
    computation: { outputs: { a, twice: op.mul(a, 2), b }, updates: { a: op.add(a, x), b: a } },
    held,
    inputs
  },
  "a slot that becomes an input, and one that becomes a constant": {
    isOfLeaves: true,
    computation: { outputs: { a, x, b }, updates: { a: x, b: constant([3, 1, 2], { shape: [3] }) } },
    held,
    inputs
  },
  "a slot that becomes a constant of one number": {
    isOfLeaves: true,
    computation: { outputs: { a }, updates: { a: op.fill(7, { dtype: "f32", shape: [3] }) } },
    held
  },
  "a slot that stays as it is": { isOfLeaves: true, computation: { outputs: { a }, updates: { a, b: a } }, held },
  "a slot that is reversed": {
    computation: { outputs: { a }, updates: { a: op.gather(a, constant([2, 1, 0], { dtype: "i32", shape: [3] })) } },
    held
  },
  "slots that are added": {
    computation: { outputs: { a }, updates: { first: a, second: x, third: op.add(a, x), a: op.add(a, 1) } },
    held,
    inputs
  },
  "outputs that are inputs, slots and constants, under several names": {
    isOfLeaves: true,
    computation: {
      outputs: {
        x,
        again: x,
        a,
        constant: constant([1, 2], { shape: [2] }),
        one: op.fill(1, { dtype: "u32", shape: [] })
      }
    },
    held,
    inputs
  },
  "integers and bools": {
    computation: {
      outputs: { count, flags },
      updates: { count: op.add(count, op.cast(flags, "i32")), flags: op.not(flags) }
    },
    held: integers
  },
  "a program that computes nothing": { computation: { outputs: {} } },
  "slots that change places while their old values are outputs": {
    isOfLeaves: true,
    computation: { outputs: { a, b }, updates: { a: b, b: a, first: a } },
    held
  },
  "outputs that are empty inputs": {
    isOfLeaves: true,
    computation: { outputs: { none, x, wide, kept: input("kept", [0, 2]) } },
    inputs: { none: empty.none, x: inputs.x, wide: empty.wide, kept: nothingKept.kept }
  },
  "slots without elements that change places": {
    isOfLeaves: true,
    computation: { outputs: { kept }, updates: { kept: other, other: kept, a: b, b: a } },
    held: { ...held, ...nothingKept }
  },
  "outputs without elements": {
    computation: { outputs: { none, y: op.exp(none), wide, sum: op.sum(wide, { axes: [0] }), total: op.sum(none) } },
    inputs: { none: empty.none, wide: empty.wide }
  },
  "sums of nothing": {
    computation: { outputs: { sum: op.sum(wide, { axes: [1] }), total: op.add(op.sum(wide), op.sum(none)) } },
    inputs: { none: empty.none, wide: empty.wide }
  },
  "products of nothing": {
    computation: { outputs: { y: op.matmul(wide, op.transpose(wide)), z: op.matmul(op.transpose(wide), full) } },
    inputs: { wide: empty.wide, full: empty.full }
  },
  "what is joined with nothing": {
    computation: { outputs: { y: op.concat([wide, full, wide], { axis: 1 }), z: op.mul(op.concat([none, x]), 2) } },
    inputs: { ...inputs, ...empty }
  },
  "attention by rows without elements": {
    computation: {
      outputs: { y: op.attention(input("q", [4, 0]), input("k", [5, 0]), input("v", [5, 2]), { scale: 1 }) }
    },
    inputs: {
      q: Tensor.make(new Float32Array(0), { shape: [4, 0] }),
      k: Tensor.make(new Float32Array(0), { shape: [5, 0] }),
      v: Tensor.make([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { shape: [5, 2] })
    }
  },
  "slots without elements": {
    computation: {
      outputs: { kept, sum: op.sum(other) },
      updates: { kept: other, other: op.add(kept, 1), more: op.exp(none) }
    },
    held: nothingKept,
    inputs: { none: empty.none }
  }
}

/** Runs a computation three times, and looks at the Store after each. */
const runsOf = ({ held = {}, inputs = {} }: Case, load: Effect.Effect<Executable, BackendError, Environment>) =>
  Effect.gen(function* () {
    const store = yield* makeStore(held)
    const executable = yield* (yield* load).bind(store)
    return yield* Effect.forEach([0, 1, 2], () =>
      Effect.gen(function* () {
        const outputs = arraysOf(yield* executable.run(inputs))
        return { outputs, slots: arraysOf(yield* store.snapshot) }
      })
    )
  })

const holds = (each: Case, load: Effect.Effect<Executable, BackendError, Environment>) =>
  Effect.gen(function* () {
    const runs = runsOf(each, load)
    const expected = yield* Effect.scoped(runs).pipe(Effect.provide(Reference.layer({ mode: "rounded" })))
    assert.deepStrictEqual(yield* onWatched(() => runs), expected)
  })

describe.runIf(hasAdapter)("a program on a GPU", () => {
  it.live.each(Object.entries(cases))("holds for %s", ([, each]) => holds(each, compile(each.computation)))

  // Compiled programs copy what changes places; these leave it to the device.
  const leaves = Object.entries(cases).filter(([, { isOfLeaves }]) => isOfLeaves === true)
  it.live.each(leaves)("holds for %s, as nothing but updates", ([, each]) => {
    const program = naiveProgram(each.computation)
    assert.deepStrictEqual(program.regions, [])
    return holds(
      each,
      Backend.use((backend) => backend.load(program))
    )
  })

  it("gives every value a place of its own, even if it has no elements", () => {
    const { computation } = cases["outputs that are empty inputs"] as Case
    const program = naiveProgram(computation)
    const plan = memoryPlan(program, 0, 256, new Set())
    const offsets = [...program.places.keys()].map((id) => {
      const { offset, bytes } = plan.addressOf(id) as { readonly offset: number; readonly bytes: number }
      assert.isAtLeast(bytes, 4)
      assert.isAtMost(offset + bytes, plan.bytes)
      return offset
    })
    assert.lengthOf(new Set(offsets), 4)
  })
})
