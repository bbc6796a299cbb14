import { describe, expect, test } from "vitest"
import { productKernel } from "../../src/cpu/product/productKernel.ts"
import type { Axis, ProductSpec, ProductType } from "../../src/cpu/product/productSpec.ts"
import { difference, naiveProduct, operandsOf, runProduct } from "./runProduct.ts"

const dtypes: ReadonlyArray<ProductType> = ["f32", "f64", "i32", "u32"]

const axis = (size: number, stride: number): Axis => (size === 1 ? [] : [{ size, stride }])

/** Small whole numbers, whose sums of products are exact in every type and order. */
const whole = (place: number): number => ((place * 7919) % 17) - 8

const layouts = {
  "row-major": (rows: number, columns: number) => [axis(rows, columns), axis(columns, 1)],
  transposed: (rows: number, columns: number) => [axis(rows, 1), axis(columns, rows)],
  strided: (rows: number, columns: number) => [axis(rows, 3 * columns + 1), axis(columns, 3)],
  reversed: (rows: number, columns: number) => [axis(rows, -columns), axis(columns, -1)]
} as const satisfies Readonly<Record<string, (rows: number, columns: number) => readonly [Axis, Axis]>>

type LayoutName = keyof typeof layouts

const specOf = (
  [m, k, n]: readonly [number, number, number],
  [ofA, ofB]: readonly [LayoutName, LayoutName],
  dtype: ProductType = "f32",
  fused = true
): ProductSpec => {
  const [rows, along] = layouts[ofA](m, k)
  const [down, columns] = layouts[ofB](k, n)
  return { dtype, m, k, n, a: { m: rows, k: along }, b: { k: down, n: columns }, rowStride: n + 3, fused }
}

const agrees = (spec: ProductSpec, elementAt = whole): void => {
  const operands = operandsOf(spec, elementAt)
  const kernel = productKernel(spec)
  const expected = naiveProduct(spec, ...operands)
  expect(difference(runProduct(spec, kernel, operands), expected)).toBe(-1)
  const cuts = { rows: [0.3, 0.8], columns: [0.4, 0.6] }
  expect(difference(runProduct(spec, kernel, operands, cuts, true), expected)).toBe(-1)
}

const sizes: ReadonlyArray<readonly [number, number, number]> = [
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
  [65, 300, 33]
]

const layoutNames = Object.keys(layouts) as ReadonlyArray<LayoutName>

describe("a product", () => {
  for (const dtype of dtypes) {
    for (const [m, k, n] of sizes) {
      test(`is that of its definition: ${dtype} [${m}, ${k}] · [${k}, ${n}]`, () => {
        const whereB = dtype === "u32" ? ["row-major"] : layoutNames
        for (const [at, ofA] of layoutNames.entries()) {
          for (const ofB of whereB as ReadonlyArray<LayoutName>) {
            agrees(specOf([m, k, n], [ofA, ofB], dtype, at % 2 === 0))
          }
        }
      })
    }
  }
})
