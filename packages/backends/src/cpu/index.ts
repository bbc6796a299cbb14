export { type CpuDevice, type CpuOptions, type CpuSlot, cpuDevice } from "./cpuDevice.ts"
export { type MeasuredError, measuredErrors } from "./elementary/measuredErrors.ts"
export { type CpuLayerOptions, layer } from "./layer.ts"
export type { Tiles } from "./product/productSpec.ts"
