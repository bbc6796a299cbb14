import { assert, layer } from "@effect/vitest"
import { type AnyExpr, input, op, Shape } from "@residual/core"
import { Effect } from "effect"
import { run, Tensor } from "../../src/index.ts"
import * as Reference from "../../src/reference/index.ts"
import * as WebGpu from "../../src/webgpu/index.ts"

/** Whole numbers, whose sums of products are exact in any order. */
const wholeNumbers = (shape: Shape.Shape, seed: number): Tensor.Tensor =>
  Tensor.make(
    Float32Array.from({ length: Shape.size(shape) }, (_, at) => (((at + seed) * 37) % 19) - 9),
    { shape }
  )

/** Fails where what is computed is further from what the reference computes than it may be. */
const same = (
  outputs: Readonly<Record<string, AnyExpr>>,
  inputs: Readonly<Record<string, Tensor.Tensor>>,
  within: number
) =>
  Effect.gen(function* () {
    const found = yield* run(outputs, inputs)
    const wanted = yield* Effect.provide(run(outputs, inputs), Reference.layer(), { local: true })
    for (const [name, expected] of Object.entries(wanted)) {
      const values = Tensor.toTypedArray(expected)
      const actual = Tensor.toTypedArray(found[name] as Tensor.Tensor)
      assert.strictEqual(actual.length, values.length)
      for (const [at, value] of values.entries()) assert.closeTo(actual[at] as number, value, within, `${name}[${at}]`)
    }
  })

const width = Number(process.env["LP_NATIVE_VECTOR_WIDTH"])

/** Sizes of tiles of 64 and of 32, in vectors and in single elements; operands as they lie and turned; a depth in parts. */
const products: ReadonlyArray<readonly [m: number, k: number, n: number, turned: "neither" | "left" | "right"]> = [
  [192, 36, 256, "left"],
  [192, 36, 256, "right"],
  [190, 37, 258, "neither"],
  [40, 64, 48, "neither"],
  [41, 64, 49, "right"],
  [32, 4096, 32, "neither"]
]

layer(WebGpu.layer(), { excludeTestServices: true })(`quads on lavapipe with vectors of ${width} bits`, (it) => {
  it.effect.each(products)("multiply as the reference does: %i, %i, %i, %s turned", ([m, k, n, turned]) => {
    const inputs = {
      a: wholeNumbers(turned === "left" ? [k, m] : [m, k], 0),
      b: wholeNumbers(turned === "right" ? [n, k] : [k, n], 5)
    }
    const [a, b] = Object.entries(inputs).map(([name, { type }]) => input(name, type.shape)) as [AnyExpr, AnyExpr]
    const y = op.matmul(turned === "left" ? op.swapLast(a) : a, turned === "right" ? op.swapLast(b) : b)
    return same({ y }, inputs, 0)
  })

  it.effect.each([12, 32])("attend as the reference does, in rows of %i", (each) => {
    const inputs = Object.fromEntries(["q", "k", "v"].map((name, at) => [name, wholeNumbers([2, 50, each], at)]))
    const [q, k, v] = ["q", "k", "v"].map((name) => input(name, [2, 50, each])) as [AnyExpr, AnyExpr, AnyExpr]
    return same({ y: op.attention(q, k, v, { causal: true, scale: 0.01 }) }, inputs, 1e-5)
  })
})
