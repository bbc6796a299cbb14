import { onWebGpu } from "../../../testing/test/webgpu/onWebGpu.ts"
import { explainsSteps } from "./notFinite.ts"

onWebGpu("a step that is not finite, on WebGPU", {}, explainsSteps)
