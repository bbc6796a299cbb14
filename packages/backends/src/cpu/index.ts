export { type CpuOptions, type CpuSlot, cpuDevice } from "./cpuDevice.ts"
export { layer } from "./layer.ts"
