import * as WebGpu from "@residual/backends/webgpu"
import { type PredictDigits, predictOn } from "./digits.ts"

/** The same app on WebGPU. */
export const predictDigits: PredictDigits = predictOn(WebGpu.layer())
