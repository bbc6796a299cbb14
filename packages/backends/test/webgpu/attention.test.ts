import { type AnyExpr, input, op, Shape } from "@residual/core"
import { vjp } from "@residual/graph"
import { assert, describe, expect, it } from "vitest"
import type { EmitContext } from "../../src/webgpu/emit/emitContext.ts"
import { type Attention, attentionsOf, leastContext, moduleText, runKernels, valuesOf } from "./attentionKernels.ts"
import { hasAdapter, nullDevice, testDevice } from "./testDevice.ts"

/** Sizes of an attention of `[...outer, heads, queries, width]`; of `[queries, width]` where no heads are given. */
interface Sizes {
  readonly outer?: Shape.Shape
  readonly heads?: number
  readonly keyHeads?: number
  readonly queries: number
  readonly keys: number
  readonly width: number
  readonly out?: number
  readonly causal?: boolean
  readonly scale?: number
  readonly mask?: Shape.Shape
}

/** Operands as they are given, and as attention reads them. */
type Placing = (x: AnyExpr, name: string) => AnyExpr

interface Computation {
  readonly outputs: Readonly<Record<string, AnyExpr>>
  readonly inputs: ReadonlyArray<AnyExpr>
}

const asGiven: Placing = (x) => x

/** Rows in an order in which they do not lie equal steps apart. */
const turned: Placing = (x) => {
  const { shape } = x.type
  const [rows, width] = shape.slice(-2) as [number, number]
  const outer = shape.slice(0, -2)
  const height = [2, 3, 5].find((factor) => rows % factor === 0) ?? 1
  const table = op.reshape(x, [...outer, height, rows / height, width])
  const rank = outer.length
  return op.reshape(op.transpose(table, [...outer.keys(), rank + 1, rank, rank + 2]), shape)
}

/** An attention and what it hands back for a residual. */
const attending = (
  { outer = [], heads, keyHeads = heads, queries, keys, width, out = width, mask, ...options }: Sizes,
  { placed = asGiven, isTransposed = false }: { readonly placed?: Placing; readonly isTransposed?: boolean } = {}
): Computation => {
  const ofHeads = (count: number | undefined): Shape.Shape => [...outer, ...(count === undefined ? [] : [count])]
  const given = (name: string, of: Shape.Shape, rows: number, columns: number): AnyExpr =>
    input(name, [...of, ...(isTransposed ? [columns, rows] : [rows, columns])])
  const inputs = [
    given("q", ofHeads(heads), queries, width),
    given("k", ofHeads(keyHeads), keys, width),
    given("v", ofHeads(keyHeads), keys, out),
    given("r", ofHeads(heads), queries, out)
  ]
  const [q, k, v, r] = inputs.map((x) => placed(isTransposed ? op.swapLast(x) : x, "")) as [
    ...[AnyExpr, AnyExpr, AnyExpr, AnyExpr]
  ]
  const m = mask === undefined ? undefined : input("mask", mask, { dtype: "bool" })
  const y = op.attention(q, k, v, { ...options, mask: m })
  const [toQuery, toKey, toValue] = vjp(y, [q, k, v], r) as [AnyExpr, AnyExpr, AnyExpr]
  return { outputs: { y, toQuery, toKey, toValue }, inputs: m === undefined ? inputs : [...inputs, m] }
}

/** A GPT's attention: query, key and value are parts of one product's rows. */
const packed = (batch: number, time: number, heads: number, width: number): Computation => {
  const x = input("x", [batch, time, 3 * heads * width])
  const [q, k, v] = op
    .split(x, 3, { axis: 2 })
    .map((part) => op.transpose(op.reshape(part, [batch, time, heads, width]), [0, 2, 1, 3])) as [
    ...[AnyExpr, AnyExpr, AnyExpr]
  ]
  const y = op.attention(q, k, v, { causal: true })
  const together = op.reshape(op.transpose(y, [0, 2, 1, 3]), [batch, time, heads * width])
  const r = input("r", [batch, time, heads * width])
  const [toX] = vjp(together, [x], r) as [AnyExpr]
  return { outputs: { together, toX }, inputs: [x, r] }
}

const nameOf = ({ attrs }: AnyExpr): string => (attrs as { readonly name: string }).name

/** Numbers that floats of 32 bits can have; of a mask, two of three are true, and nothing in every fifth row. */
const numbersFor = (given: AnyExpr): Float64Array => {
  const { type } = given
  const size = Shape.size(type.shape)
  if (type.dtype === "bool") {
    const columns = type.shape.at(-1) as number
    return Float64Array.from({ length: size }, (_, at) => (Math.floor(at / columns) % 5 === 1 || at % 3 === 2 ? 0 : 1))
  }
  const seed = nameOf(given).charCodeAt(0)
  return Float64Array.from({ length: size }, (_, at) => {
    const wave = Math.sin(at * 12.9898 + seed) * 43758.5453
    return Math.fround(3 * (wave - Math.floor(wave)) - 1.5)
  })
}

/** What is wrong with the kernels of a computation, by what a device says that checks everything. */
const errorsIn = async (attentions: ReadonlyArray<Attention>): Promise<ReadonlyArray<string>> => {
  const { errors } = await nullDevice({ features: ["subgroups"] })
  const found = await Promise.all(
    attentions.flatMap(({ kernels }) => kernels.map((kernel) => errors(moduleText(kernel, true))))
  )
  return found.flat()
}

/**
 * How far sums of up to some hundreds of products may be off, by their order and by rounding: in units of the last place of
 * the largest element, whose terms are as large as those of others that come out small. Below the smallest float that has
 * all its digits, all are zero.
 */
const units = 16
const smallest = 2 ** -126

/** Runs every attention and backward of a computation on what the reference computes for it, and compares what they write. */
const holds = async (
  { outputs, inputs }: Computation,
  {
    context = leastContext,
    given = {}
  }: { readonly context?: EmitContext; readonly given?: Record<string, number[]> } = {}
): Promise<ReadonlyArray<Attention>> => {
  const attentions = attentionsOf(outputs, context)
  assert.isNotEmpty(attentions)
  assert.deepStrictEqual(await errorsIn(attentions), [])
  const bound = Object.fromEntries(
    inputs.map((each) => {
      const name = nameOf(each)
      return [name, given[name] === undefined ? numbersFor(each) : Float64Array.from(given[name])]
    })
  )
  const device = await testDevice()
  for (const attention of attentions) {
    const { graph, region, kernels } = attention
    const values = valuesOf(graph, [...new Set([...region.reads, ...region.writes])], bound)
    assert.lengthOf(kernels, region.writes.some((id) => (values.get(id)?.length ?? 0) > 0) ? 1 : 0)
    assert.isAtMost(kernels[0]?.shared.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0, context.limits.sharedBytes)
    assert.isAtMost(kernels[0]?.threads ?? 0, context.limits.threads)
    const { written } = await runKernels(device, attention, values)
    for (const id of region.writes) {
      const [expected, found] = [values.get(id) as Float64Array, written.get(id)]
      if (expected.length === 0) continue
      assert.strictEqual(found?.length, expected.length)
      const largest = expected.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0)
      for (const [at, wanted] of expected.entries()) {
        const actual = found?.[at] as number
        const off = Math.abs(actual - wanted)
        if (Object.is(actual, wanted) || (Number.isNaN(actual) && Number.isNaN(wanted)) || actual === wanted) continue
        if (off <= Math.max(units * 2 ** -23 * largest, smallest)) continue
        assert.fail(`${kernels[0]?.name}: output ${region.writes.indexOf(id)}[${at}] is ${actual}, not ${wanted}`)
      }
    }
  }
  return attentions
}

const cases: Readonly<Record<string, Sizes>> = {
  "no heads": { queries: 5, keys: 7, width: 3, out: 6 },
  "rows of one element": { heads: 2, queries: 9, keys: 9, width: 1, causal: true },
  "rows without elements to compare": { heads: 2, queries: 9, keys: 10, width: 0, out: 4, scale: 1 },
  "a scale": { outer: [2], heads: 2, queries: 12, keys: 13, width: 8, scale: 0.7 },
  "more keys than queries": { outer: [2], heads: 4, keyHeads: 2, queries: 33, keys: 70, width: 40, causal: true },
  "fewer keys than queries": { outer: [2], heads: 2, queries: 75, keys: 12, width: 8, causal: true },
  "one query, and many keys": { outer: [2], heads: 4, keyHeads: 2, queries: 1, keys: 300, width: 64, causal: true },
  "three queries, and many keys": { heads: 2, queries: 3, keys: 150, width: 5, out: 7 },
  "many queries, and three keys": { heads: 2, queries: 150, keys: 3, width: 32 },
  "keys in tiles": { heads: 2, keyHeads: 1, queries: 40, keys: 290, width: 32, causal: true },
  "queries in tiles": { heads: 2, keyHeads: 1, queries: 290, keys: 21, width: 32, out: 30, mask: [1, 290, 21] },
  "rows of 64": { heads: 1, queries: 64, keys: 96, width: 64, causal: true },
  "rows of 128": { heads: 2, keyHeads: 1, queries: 40, keys: 40, width: 128, causal: true },
  "rows of 256": { heads: 1, queries: 20, keys: 21, width: 256 },
  "rows that no tile holds": { heads: 1, queries: 9, keys: 10, width: 1300, out: 3 },
  "results that no tile holds": { heads: 1, queries: 10, keys: 9, width: 3, out: 1300 },
  "a mask": { outer: [2], heads: 2, queries: 12, keys: 13, width: 5, mask: [2, 2, 12, 13] },
  "a mask that heads share": { heads: 4, keyHeads: 2, queries: 40, keys: 40, width: 8, causal: true, mask: [40, 40] },
  "a mask of keys": { outer: [2], heads: 2, queries: 9, keys: 14, width: 4, mask: [2, 1, 1, 14] },
  "a mask of queries": { outer: [2], heads: 2, keyHeads: 1, queries: 10, keys: 14, width: 4, mask: [1, 2, 10, 1] }
}

describe.runIf(hasAdapter)("attention on a GPU", () => {
  it.each(Object.entries(cases))("holds for %s", async (_, sizes) => {
    assert.lengthOf(await holds(attending(sizes)), 2)
  })

  it("holds for parts of one product, which it reads in vectors", async () => {
    const [forward, backward] = await holds(packed(2, 64, 2, 32))
    assert.isTrue(forward?.kernels[0]?.values.some(({ byVectors, access }) => byVectors && access === "read"))
    assert.isTrue(backward?.kernels[0]?.values.some(({ byVectors, access }) => byVectors && access === "read"))
  })

  it("holds without vectors", async () => {
    const attentions = await holds(attending({ heads: 2, queries: 12, keys: 10, width: 8 }), {
      context: { ...leastContext, vectors: false }
    })
    for (const { kernels } of attentions) assert.isTrue(kernels[0]?.values.every(({ byVectors }) => !byVectors))
  })

  it.each([
    ["rows of whole quads of vectors", packed(2, 64, 2, 32)],
    ["rows of 6 and of 12", attending({ queries: 40, keys: 45, width: 6, out: 12, causal: true })],
    ["a mask, and heads that share keys", attending(cases["a mask that heads share"] as Sizes)],
    ["columns side by side", attending({ queries: 60, keys: 36, width: 20, out: 9 }, { isTransposed: true })]
  ] as const)("holds where neighbours share what they read: %s", async (_, computation) => {
    const context = { ...leastContext, subgroups: true, subgroupSize: 4 }
    const attentions = await holds(computation, { context })
    for (const { kernels } of attentions) assert.isTrue(kernels[0]?.usesSubgroups)
  })

  it("holds for columns and rows in any order", async () => {
    const sizes = { heads: 2, queries: 30, keys: 36, width: 6, out: 9 }
    await holds(attending(sizes, { isTransposed: true }))
    await holds(attending({ ...sizes, causal: true }, { placed: turned }))
    await holds(attending({ queries: 20, keys: 300, width: 30 }, { isTransposed: true }))
  })

  it.each([32, 256])("holds for workgroups of %i", async (threads) => {
    const context = { ...leastContext, threads }
    await holds(attending({ heads: 2, queries: 20, keys: 45, width: 12, causal: true }), { context })
    await holds(attending({ heads: 1, queries: 2, keys: 45, width: 12, causal: true }), { context })
  })

  it("writes what is asked for only", async () => {
    const { outputs, inputs } = attending({ heads: 2, keyHeads: 1, queries: 10, keys: 11, width: 8, causal: true })
    const { y, toQuery, toKey, toValue } = outputs as Record<"y" | "toQuery" | "toKey" | "toValue", AnyExpr>
    const [only] = await holds({ outputs: { y }, inputs })
    assert.lengthOf(
      only?.kernels[0]?.values.filter(({ access }) => access === "write") ?? [],
      only?.region.writes.length ?? 0
    )
    for (const part of [{ toQuery }, { toKey }, { toValue }, { toQuery, toValue }]) {
      const backward = (await holds({ outputs: part, inputs })).at(-1)
      assert.lengthOf(backward?.region.writes ?? [], Object.keys(part).length)
    }
  })

  it("spreads NaN over a row, and knows infinities", async () => {
    const q = [1, 1, -1, Number.NaN, 1, 2, 0.5, 1]
    const k = [1, Number.NEGATIVE_INFINITY, 2, 0.25, 1, 3, -1, 0.5, 2]
    const sizes = { heads: 1, queries: 8, keys: 9, width: 1, out: 2 }
    await holds({ ...attending(sizes), outputs: { y: attending(sizes).outputs["y"] as AnyExpr } }, { given: { q, k } })
    const lowest = k.map(() => Number.NEGATIVE_INFINITY)
    await holds(attending(sizes), { given: { q: q.map(() => 1), k: lowest } })
  })

  it("gives scores too large for exponentials their weights", async () => {
    const sizes = { heads: 1, queries: 40, keys: 70, width: 1, scale: 1, causal: true }
    const q = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 1e4 : -3e5))
    const k = Array.from({ length: 70 }, (_, at) => ((at * 37) % 70) / 64)
    await holds(attending(sizes), { given: { q, k } })
  })

  it("makes nothing for what has no elements, and zeros where there is nothing to add up", async () => {
    const none = attentionsOf(attending({ outer: [0], heads: 2, queries: 4, keys: 4, width: 4 }).outputs)
    expect(none.flatMap(({ kernels }) => kernels)).toEqual([])
    const { outputs, inputs } = attending({ heads: 2, queries: 0, keys: 4, width: 4 })
    const { toKey, toValue } = outputs as Record<"toKey" | "toValue", AnyExpr>
    await holds({ outputs: { toKey, toValue }, inputs })
  })
})
