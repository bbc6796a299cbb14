import { Tensor } from "@residual/backends"
import { type AnyExpr, op } from "@residual/core"
import { vjp } from "@residual/graph"
import { uniformTensor } from "../data/tensors.ts"
import type { Benchmark } from "./benchmark.ts"
import { slotBenchmark } from "./slotBenchmark.ts"

/** What of an op is timed. */
export type Pass = "forward" | "backward"

/** A vector of one number. */
const filled = (count: number, value: number): Tensor.Tensor =>
  Tensor.make(new Float32Array(count).fill(value), { dtype: "f32" })

/**
 * An op of one large operand `x` and of others, forward alone, or forward and backward: then an incoming residual is
 * pulled back to all operands, and the result computed as well.
 */
const passes = (
  x: Tensor.Tensor,
  others: Readonly<Record<string, Tensor.Tensor>>,
  f: (x: AnyExpr, others: Readonly<Record<string, AnyExpr>>) => AnyExpr,
  pass: Pass
): Benchmark =>
  pass === "forward"
    ? slotBenchmark({
        operands: { x, ...others },
        kernel: ({ x, ...others }) => ({ result: f(x!, others) }),
        rows: { operands: ["x"], results: ["result"] }
      })
    : slotBenchmark({
        operands: { x, residual: uniformTensor(x.type.shape, 6, 0.5), ...others },
        kernel: ({ x, residual, ...others }) => {
          const result = f(x!, others)
          const pulled = vjp(result, { x: x!, ...others }, residual!)
          const residuals = Object.entries(pulled).map(([name, value]) => [`residual.${name}`, value as AnyExpr])
          return { result, ...Object.fromEntries(residuals) }
        },
        rows: { operands: ["x", "residual"], results: ["result", "residual.x"] }
      })

/** W2: gelu in its tanh form behind a multiplication and an addition, on 2²⁰ elements. */
export const gelu = (pass: Pass): Benchmark =>
  passes(
    uniformTensor([2 ** 20], 3, 3),
    {},
    (x) => op.gelu(op.add(op.mul(x, 1.5), 0.25), { approximate: "tanh" }),
    pass
  )

/** W2: softmax of rows. */
export const softmax = (pass: Pass): Benchmark =>
  passes(uniformTensor([1024, 1024], 4, 3), {}, (x) => op.softmax(x), pass)

/** W2: layer normalisation of rows, with scale and bias. */
export const layerNorm = (pass: Pass): Benchmark =>
  passes(
    uniformTensor([1024, 768], 5, 3),
    { scale: filled(768, 1), bias: filled(768, 0) },
    (x, { scale, bias }) => op.layerNorm(x, { scale: scale!, bias: bias! }),
    pass
  )
