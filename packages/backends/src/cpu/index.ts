export { type CpuOptions, type CpuSlot, cpuDevice } from "./cpuDevice.ts"
export { type CpuLayerOptions, layer } from "./layer.ts"
