import { op } from "@residual/core"
import { uniformTensor } from "../data/tensors.ts"
import type { Benchmark } from "./benchmark.ts"
import { slotBenchmark } from "./slotBenchmark.ts"

/** W1: the product of two square matrices. */
export const matmul = (size: number): Benchmark =>
  slotBenchmark({
    operands: { a: uniformTensor([size, size], 1), b: uniformTensor([size, size], 2) },
    kernel: ({ a, b }) => ({ product: op.matmul(a!, b!) }),
    rows: { operands: ["a"], results: ["product"] }
  })
