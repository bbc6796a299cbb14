import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { choosePlan } from "../../src/cpu/product/choosePlan.ts"
import { lanesOf } from "../../src/cpu/product/lanes.ts"
import { productKernel } from "../../src/cpu/product/productKernel.ts"
import type { ProductSpec, ProductType } from "../../src/cpu/product/productSpec.ts"
import { tiledProduct } from "../../src/cpu/product/tiledProduct.ts"
import { probeBytes, probeOperations, tileProbe } from "../../src/cpu/product/tileProbe.ts"
import { moduleBytes } from "../../src/cpu/wasm/module.ts"
import * as WebAssembly from "../../src/cpu/webassembly.ts"
import type { Axis } from "../../src/kernel/product/axis.ts"
import { type Cuts, difference, type Numbers, naiveProduct, operandsOf, runProduct } from "./runProduct.ts"

const dtypes: ReadonlyArray<ProductType> = ["f32", "f64", "i32", "u32"]

const axis = (size: number, stride: number): Axis => (size === 1 ? [] : [{ size, stride }])

/** Small whole numbers, whose sums of products are exact in every type and order. */
const whole = (place: number): number => ((place * 7919) % 17) - 8
const real = (place: number): number => Math.sin(place * 12.9898) * 3

const layouts = {
  "row-major": (rows: number, columns: number) => [axis(rows, columns), axis(columns, 1)],
  transposed: (rows: number, columns: number) => [axis(rows, 1), axis(columns, rows)],
  strided: (rows: number, columns: number) => [axis(rows, 3 * columns + 1), axis(columns, 3)],
  reversed: (rows: number, columns: number) => [axis(rows, -columns), axis(columns, -1)],
  repeated: (rows: number, columns: number) => [axis(rows, 0), axis(columns, 1)]
} as const satisfies Readonly<Record<string, (rows: number, columns: number) => readonly [Axis, Axis]>>

type LayoutName = keyof typeof layouts

type Sizes = readonly [m: number, k: number, n: number]

const specOf = (
  [m, k, n]: Sizes,
  [ofA, ofB]: readonly [LayoutName, LayoutName],
  others: Partial<ProductSpec> = {}
): ProductSpec => {
  const [rows, along] = layouts[ofA](m, k)
  const [down, columns] = layouts[ofB](k, n)
  const [a, b] = [
    { m: rows, k: along },
    { k: down, n: columns }
  ]
  return { dtype: "f32", m, k, n, a, b, rowStride: n + 3, fused: true, ...others }
}

const uncut: Cuts = { rows: [], columns: [] }
const cut: Cuts = { rows: [0.3, 0.8], columns: [0.4, 0.6] }

/** The product by the kernel, at once and in parts. */
const bothWays = (spec: ProductSpec, elementAt: (place: number) => number): readonly [Numbers, Numbers] => {
  const operands = operandsOf(spec, elementAt)
  const kernel = productKernel(spec)
  return [runProduct(spec, kernel, operands, uncut, false), runProduct(spec, kernel, operands, cut, true)]
}

const checkExact = (spec: ProductSpec, elementAt = whole): void => {
  const expected = naiveProduct(spec, ...operandsOf(spec, elementAt))
  const [once, parts] = bothWays(spec, elementAt)
  expect(difference(once, expected)).toBe(-1)
  expect(difference(parts, expected)).toBe(-1)
}

/** Sizes at and around the edges of tiles, blocks and vectors. */
const sizes: ReadonlyArray<Sizes> = [
  [0, 3, 4],
  [3, 0, 4],
  [3, 4, 0],
  [1, 1, 1],
  [2, 3, 5],
  [3, 2, 1],
  [5, 7, 8],
  [8, 8, 8],
  [7, 9, 16],
  [9, 1, 17],
  [16, 17, 33],
  [17, 33, 9],
  [33, 5, 7],
  [64, 64, 64],
  [65, 16, 65],
  [1, 64, 65],
  [1, 65, 3],
  [2, 300, 16],
  [3, 33, 64],
  [65, 300, 1],
  [16, 64, 2],
  [5, 300, 17],
  [17, 300, 33]
]

const layoutNames = Object.keys(layouts) as ReadonlyArray<LayoutName>

/** Windows of an image, as a convolution and its gradient multiply them. */
const windows = (channels: number, size: number, kernel: number, images: number): { places: Axis; taps: Axis } => {
  const starts = size - kernel + 1
  return {
    places: [
      { size: images, stride: channels * size * size },
      { size: starts, stride: size },
      { size: starts, stride: 1 }
    ],
    taps: [
      { size: channels, stride: size * size },
      { size: kernel, stride: size },
      { size: kernel, stride: 1 }
    ]
  }
}

const sizeOf = (factors: Axis): number => factors.reduce((product, { size }) => product * size, 1)

describe("a product", () => {
  for (const dtype of dtypes) {
    for (const [m, k, n] of sizes) {
      test(`is that of its definition: ${dtype} [${m}, ${k}] · [${k}, ${n}]`, () => {
        const isWhole = dtype === "i32" || dtype === "u32"
        for (const [at, ofA] of layoutNames.entries()) {
          for (const [to, ofB] of layoutNames.entries()) {
            if (dtype !== "f32" && (at + to) % (isWhole ? 4 : 2) > 0) continue
            const [fused, tall, wide] = [at % 2 === 0, to % 2 === 0, (at + to) % 3 === 1]
            checkExact(specOf([m, k, n], [ofA, ofB], { dtype, fused, tall, wide }))
          }
        }
      })
    }
  }

  for (const [name, rows, image] of [
    ["whole vectors in a row", 6, windows(1, 12, 5, 3)],
    ["rows that end within vectors", 16, windows(3, 9, 3, 4)],
    ["rows shorter than a vector", 5, windows(2, 4, 2, 3)]
  ] as const) {
    const [taps, places] = [sizeOf(image.taps), sizeOf(image.places)]
    const [dtype, fused] = ["f32", true] as const
    test(`reads windows with ${name}`, () => {
      const forward = { m: rows, k: taps, n: places, a: { m: axis(rows, taps), k: axis(taps, 1) } }
      checkExact({ ...forward, dtype, fused, b: { k: image.taps, n: image.places }, rowStride: places })
    })
    test(`sums over windows with ${name}`, () => {
      const [images, inner] = [image.places[0]?.size ?? 1, places / (image.places[0]?.size ?? 1)]
      const split: Axis = [
        { size: images, stride: rows * inner },
        { size: inner, stride: 1 }
      ]
      const backward = { m: rows, k: places, n: taps, a: { m: axis(rows, inner), k: split } }
      checkExact({ ...backward, dtype, fused, b: { k: image.places, n: image.taps }, rowStride: taps })
    })
  }

  test("keeps what is not finite where it belongs", () => {
    const odd = (place: number): number =>
      place % 31 === 0 ? Number.POSITIVE_INFINITY : place % 47 === 0 ? Number.NaN : whole(place)
    for (const [m, k, n] of [
      [7, 5, 11],
      [1, 9, 6],
      [9, 6, 1],
      [33, 13, 27]
    ] as const) {
      for (const ofA of layoutNames) for (const ofB of layoutNames) checkExact(specOf([m, k, n], [ofA, ofB]), odd)
    }
  })

  test("is the same to the bit however it is cut, and close to the exact one", () => {
    for (const [m, k, n] of sizes) {
      for (const ofA of ["row-major", "transposed"] as const) {
        for (const ofB of ["row-major", "transposed"] as const) {
          for (const [fused, wide] of [
            [true, false],
            [true, true],
            [false, false]
          ] as const) {
            const spec = specOf([m, k, n], [ofA, ofB], { fused, wide })
            const [once, parts] = bothWays(spec, real)
            expect(difference(once, parts)).toBe(-1)
            const exact = naiveProduct(spec, ...operandsOf(spec, real))
            const errors = Array.from(once, (value, at) => Math.abs(value - (exact[at] as number)))
            expect(Math.max(0, ...errors)).toBeLessThan(1e-5 * (k + 1))
          }
        }
      }
    }
  })

  test("is that of its definition for any plan", () => {
    for (const [m, k, n] of [
      [19, 50, 37],
      [8, 33, 16]
    ] as const) {
      for (const ofA of ["row-major", "transposed"] as const) {
        const spec = specOf([m, k, n], [ofA, "row-major"])
        const operands = operandsOf(spec, whole)
        const expected = naiveProduct(spec, ...operands)
        const lanes = lanesOf(spec.dtype, spec.fused)
        const { product, plan } = choosePlan(lanes, spec)
        for (const a of ["direct", "packed"] as const) {
          for (const b of ["direct", "packed", "panel"] as const) {
            for (const inlined of [true, false]) {
              const [depth, isRowByRow] = [b === "panel" ? 8 : 13, inlined && a === "direct"]
              const other = { ...plan, vectors: "columns", a, b, inlined, depth, isRowByRow, rowBlock: 8 } as const
              const kernel = tiledProduct(lanes, product, { ...other, shape: { rows: 4, columns: 8 } })
              expect(difference(runProduct(spec, kernel, operands, cut), expected)).toBe(-1)
            }
          }
        }
      }
    }
  })

  test("has tiles that engines can be timed on", () => {
    const memory = new WebAssembly.Memory({ initial: 1 })
    const imported = { module: "host", name: "memory", minimum: 1, shared: false }
    const module = new WebAssembly.Module(moduleBytes({ memory: imported, exports: tileProbe(true) }))
    const { exports } = new WebAssembly.Instance(module, { host: { memory } })
    const numbers = new Float32Array(memory.buffer, 64, probeBytes / 4).fill(1)
    for (const kind of ["plain", "tall", "wide"] as const) {
      const probe = exports[kind] as (times: number, address: number) => void
      probe(3, 64)
      expect(numbers[20480 / 4]).toBe(128)
      expect(probeOperations(kind)).toBeGreaterThan(0)
    }
    expect(new Uint8Array(memory.buffer).every((byte, at) => at < probeBytes + 64 || byte === 0)).toBe(true)
  })

  const strides = fc.oneof(fc.constant(1), fc.integer({ min: -9, max: 9 }))
  const factors = fc.array(fc.record({ size: fc.constantFrom(1, 2, 3, 4, 5, 8, 12), stride: strides }), {
    maxLength: 3
  })
  property.prop([
    fc.tuple(factors, factors, factors).filter((axes) => axes.every((factors) => sizeOf(factors) <= 96)),
    fc.tuple(fc.array(strides, { minLength: 3, maxLength: 3 }), fc.constantFrom("alike", "merged", "otherwise")),
    fc.constantFrom(...dtypes),
    fc.record({ fused: fc.boolean(), tall: fc.boolean(), wide: fc.boolean() })
  ])("is that of its definition for any layout", ([m, k, n], [others, cutting], dtype, flags) => {
    /** The axis along k as the other operand has it: other strides, and perhaps fewer factors or other ones. */
    const sizes = cutting === "merged" ? [sizeOf(k)] : k.map(({ size }) => size)
    const along = (cutting === "otherwise" ? sizes.reverse() : sizes).map((size, at) => ({
      size,
      stride: others[at] as number
    }))
    const [a, b] = [
      { m, k },
      { k: along, n }
    ]
    checkExact({ dtype, m: sizeOf(m), k: sizeOf(k), n: sizeOf(n), a, b, rowStride: sizeOf(n) + 1, ...flags })
  })
})
