import { layer } from "@effect/vitest"
import * as WebGpu from "@residual/backends/webgpu"
import { backendLaws } from "../src/index.ts"

layer(WebGpu.layer(), { excludeTestServices: true })("the WebGPU backend", (it) => {
  for (const { name, check } of backendLaws({ runs: 2, dtypes: ["f32"] })) it.effect(name, () => check)
})
