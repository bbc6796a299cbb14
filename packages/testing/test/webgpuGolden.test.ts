import { checkGolden, goldenCases, onlyWide } from "./golden/checkGolden.ts"
import { onWebGpu } from "./webgpu/onWebGpu.ts"

onWebGpu("PyTorch's values and derivatives on WebGPU", {}, (it) => {
  const narrow = goldenCases.filter(({ name }) => !onlyWide.includes(name))
  it.effect.each(narrow.map((golden) => ({ name: golden.name, golden })))("$name", ({ golden }) =>
    checkGolden(golden, "f32")
  )
})
