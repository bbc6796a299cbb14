import { onWebGpu } from "../../../testing/test/webgpu/onWebGpu.ts"
import { float32, reproduces } from "./reproduces.ts"

onWebGpu("PyTorch's training of a convolutional network on WebGPU", {}, (it) => {
  // An adapter in software takes a third of a minute, and longer where others have its processor.
  it.effect("is reproduced in 32 bits", () => reproduces(float32), 180_000)
})
