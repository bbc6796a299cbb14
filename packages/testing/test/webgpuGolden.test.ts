import { layer } from "@effect/vitest"
import * as WebGpu from "@residual/backends/webgpu"
import { checkGolden, goldenCases, onlyWide } from "./golden/checkGolden.ts"

layer(WebGpu.layer(), { excludeTestServices: true })("PyTorch's values and derivatives on WebGPU", (it) => {
  const narrow = goldenCases.filter(({ name }) => !onlyWide.includes(name))
  it.effect.each(narrow.map((golden) => ({ name: golden.name, golden })))("$name", ({ golden }) =>
    checkGolden(golden, "f32")
  )
})
