import type { AnyExpr } from "@residual/core"
import * as Effect from "effect/Effect"
import { webgpuJudge } from "./judge/webgpuJudge.ts"
import { alongOneAxis, multiplied, ofProduct, ofRank, products, shapes } from "./shapes/compositions.ts"
import { convolutions, convolved, ofConvolution } from "./shapes/convolution.ts"
import { holdsBy, named } from "./shapes/holds.ts"
import { ofNoElements } from "./shapes/noElements.ts"
import { onSoftwareWebGpu } from "./webgpu/onWebGpu.ts"

const holds = holdsBy(webgpuJudge)

/** Rows of which kernels compute all elements together, some of them in vain. */
const rows = [
  { dtype: "f32", n: 0 },
  { dtype: "i32", n: 1 },
  { dtype: "f32", n: 5 },
  { dtype: "bool", n: 5 },
  { dtype: "u32", n: 8 },
  { dtype: "f32", n: 33 },
  { dtype: "i32", n: 66 }
] as const

/** Rows that make every kernel one of its own, which much smaller ones are not. */
const long = [3, 5500]

/** Products that several workgroups compute, and one whose depth several share. */
const largeProducts = [
  [40, 50, 37],
  [5, 2050, 6]
] as const

onSoftwareWebGpu("on WebGPU", {}, (it) => {
  it.effect.each(rows)("views, sums and orders of $n elements of $dtype", ({ dtype, n }) =>
    holds({ x: { shape: [n], dtype } }, ({ x }) => named(alongOneAxis(x as AnyExpr)))
  )

  it.effect.each([...shapes, long].map((shape) => ({ shape })))("axes of $shape", ({ shape }) =>
    holds({ x: { shape } }, ({ x }) => named(ofRank(x as AnyExpr)))
  )

  it.effect.each([...products, ...largeProducts].map((sizes) => ({ sizes })))("products of sizes $sizes", ({ sizes }) =>
    holds(multiplied(sizes, "f32"), (operands) => named(ofProduct(operands)))
  )

  it.effect("products of integers", () =>
    holds(multiplied([33, 17, 19], "i32"), (operands) => named(ofProduct(operands)))
  )

  it.effect.each(convolutions.map((sizes) => ({ sizes })))("convolutions of sizes $sizes", ({ sizes }) =>
    holds(convolved(sizes, "f32"), ofConvolution)
  )

  it.effect("lookups and writes where there are no elements", () =>
    Effect.forEach(["f32", "i32"] as const, (dtype) =>
      holds({ x: { shape: [3], dtype }, at: { shape: [2], dtype: "i32" } }, ofNoElements)
    )
  )
})
