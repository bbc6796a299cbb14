import * as Cpu from "@residual/backends/cpu"
import { type PredictDigits, predictOn } from "./digits.ts"

/** An app that only asks, on the CPU. */
export const predictDigits: PredictDigits = predictOn(Cpu.layer({ threads: 1 }))
