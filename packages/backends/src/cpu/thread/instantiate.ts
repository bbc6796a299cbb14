import { hostFunctions } from "../host.ts"
import * as WebAssembly from "../webassembly.ts"

/** Runs a thread's part of a program on a frame: 0 where it was done. */
export type Run = (thread: number, frame: number) => number

/** A program of the calling thread's own, over the shared memory. */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): Run => {
  const { exports } = new WebAssembly.Instance(module, { residual: { memory }, host: hostFunctions })
  return exports["run"] as Run
}
