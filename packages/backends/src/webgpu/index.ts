export { type MeasuredError, measuredErrors } from "./elementary/measuredErrors.ts"
export type { GpuChoice } from "./gpu/acquireDevice.ts"
export { layer } from "./layer.ts"
export { type WebGpuOptions, webGpuDevice } from "./webgpuDevice.ts"
