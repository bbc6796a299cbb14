import { backendLaws, laws } from "../src/index.ts"
import { onWebGpu } from "./webgpu/onWebGpu.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

// Each new shape is a text that a driver compiles, which takes much longer than to run it.
const options = { dtypes: ["f32"], shapes: 2, runs: long ? 60 : 3 } as const

onWebGpu("the WebGPU backend", {}, (it) => {
  for (const { name, check } of backendLaws(options)) it.effect(name, () => check)
})

/** Ops in whose kernels invocations join what they have reduced. */
const reducing: ReadonlyArray<string> = [
  ...["sum", "mean", "max", "prod", "any", "all", "argMax", "norm", "variance", "softmax", "logSumExp"],
  ...["layerNorm", "crossEntropy", "matmul"]
]

onWebGpu("the WebGPU backend without subgroups", { subgroups: false }, (it) => {
  const rows = laws.filter(({ op }) => reducing.includes(op))
  for (const { name, check } of backendLaws({ ...options, rows })) {
    if (name.endsWith("is the reference's")) it.effect(name, () => check)
  }
})
