import { assert, layer } from "@effect/vitest"
import { type AnyExpr, input, op, Shape } from "@residual/core"
import { Effect } from "effect"
import { run, Tensor } from "../../src/index.ts"
import * as Reference from "../../src/reference/index.ts"
import * as WebGpu from "../../src/webgpu/index.ts"

/** Numbers of a few digits, whose sums are exact in any order; some are special. */
const numbers = (count: number, specials: ReadonlyArray<number> = []): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, at) => {
    const special = specials[at % 1999]
    return special ?? (((at * 37) % 101) - 50) / 8
  })

/** Bools that are the same but for one in many. */
const bools =
  (usual: number) =>
  (count: number): Tensor.Tensor =>
    Tensor.make(
      Array.from({ length: count }, (_, at) => (at % 150 === 149 ? 1 - usual : usual)),
      { dtype: "bool" }
    )

interface Reducing {
  readonly operand: (count: number) => Tensor.Tensor
  readonly of: (x: AnyExpr, axis: number) => AnyExpr
  /** How far results may be off, relative to the greater of 1 and their size. */
  readonly within: number
}

const floats = (count: number): Tensor.Tensor => Tensor.make(numbers(count))
const special = (count: number): Tensor.Tensor => Tensor.make(numbers(count, [-Infinity, 1, Number.NaN]))

const reductions: Readonly<Record<string, Reducing>> = {
  sum: { operand: floats, of: (x, axis) => op.sum(x, { axes: [axis] }), within: 0 },
  "sum of integers": {
    operand: (count) =>
      Tensor.make(
        numbers(count).map((x) => Math.round(x * 2 ** 25)),
        { dtype: "i32" }
      ),
    of: (x, axis) => op.sum(x, { axes: [axis] }),
    within: 0
  },
  max: { operand: floats, of: (x, axis) => op.max(x, { axes: [axis] }), within: 0 },
  "max with NaN": { operand: special, of: (x, axis) => op.max(x, { axes: [axis] }), within: 0 },
  "max of words": {
    operand: (count) =>
      Tensor.make(
        numbers(count).map((x) => Math.abs(x) * 2 ** 28),
        { dtype: "u32" }
      ),
    of: (x, axis) => op.max(x, { axes: [axis] }),
    within: 0
  },
  any: { operand: bools(0), of: (x, axis) => op.any(x, { axes: [axis] }), within: 0 },
  all: { operand: bools(1), of: (x, axis) => op.all(x, { axes: [axis] }), within: 0 },
  softmax: { operand: floats, of: (x, axis) => op.softmax(x, { axis }), within: 2 ** -20 },
  "layer norm": { operand: floats, of: (x, axis) => op.layerNorm(x, { axes: [axis] }), within: 2 ** -18 }
}

type Size = readonly [rows: number, length: number]

/** Rows for a subgroup alone, and for several; rows that fill no workgroup; one whose parts are reduced in turn. */
const shapes: ReadonlyArray<Size> = [
  [3, 1],
  [3, 5],
  [70, 16],
  [5, 17],
  [9, 33],
  [2, 257],
  [3, 1100]
]

const long: Size = [1, 70_000]

const operandOf = ({ operand }: Reducing, shape: ReadonlyArray<number>): Tensor.Tensor => {
  const flat = operand(Shape.size(shape))
  return Tensor.make(Tensor.toTypedArray(flat), { shape, dtype: flat.type.dtype })
}

/** Fails where what is computed is not what the reference computes. */
const same = (
  exprs: Readonly<Record<string, AnyExpr>>,
  inputs: Readonly<Record<string, Tensor.Tensor>>,
  within: (name: string) => number
) =>
  Effect.gen(function* () {
    const found = yield* run(exprs, inputs)
    const wanted = yield* Effect.provide(run(exprs, inputs), Reference.layer(), { local: true })
    for (const [name, expected] of Object.entries(wanted)) {
      const [actual, values] = [found[name] as Tensor.Tensor, expected].map(Tensor.toTypedArray)
      assert.strictEqual(actual?.length, values?.length)
      values?.forEach((value, at) => {
        const given = actual?.[at] as number
        const isClose = Math.abs(given - value) <= within(name) * Math.max(1, Math.abs(value))
        if (!Object.is(given + 0, value + 0) && !isClose)
          assert.fail(`${name}: element ${at} is ${given}, not ${value}`)
      })
    }
  })

const check = (name: string, shape: Size, axis: 0 | 1) => {
  const reducing = reductions[name] as Reducing
  const x = operandOf(reducing, shape)
  const title = `${name} of ${shape} along ${axis}`
  return same({ [title]: reducing.of(input("x", shape, x.type), axis) }, { x }, () => reducing.within)
}

const width = Number(process.env["LP_NATIVE_VECTOR_WIDTH"])

layer(WebGpu.layer(), { excludeTestServices: true })(`rows on lavapipe with vectors of ${width} bits`, (it) => {
  const names = Object.keys(reductions).map((name) => ({ name }))

  it.effect.each(names)("are reduced as the reference reduces them: $name", ({ name }) =>
    Effect.gen(function* () {
      for (const shape of shapes) yield* check(name, shape, 1)
      yield* check(name, [40, 20], 0)
    })
  )

  it.effect("are reduced in parts where they are long", () =>
    Effect.forEach(["sum", "max", "max with NaN", "any", "all"], (name) => check(name, long, 1))
  )

  it.effect("are reduced by one kernel after the other where there is little to do", () => {
    const inputs = Object.fromEntries(names.map(({ name }) => [name, operandOf(reductions[name] as Reducing, [7, 19])]))
    const exprs = Object.entries(reductions).map(([name, { of }]) => {
      const { shape, dtype } = (inputs[name] as Tensor.Tensor).type
      return [name, of(input(name, shape, { dtype }), 1)] as const
    })
    return same(Object.fromEntries(exprs), inputs, (name) => (reductions[name] as Reducing).within)
  })
})
