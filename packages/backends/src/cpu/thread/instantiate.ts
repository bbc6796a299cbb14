import { hostFunctions } from "../host.ts"
import * as WebAssembly from "../webassembly.ts"

/** Runs a thread's part of a program on a frame: 0 where it was done. */
export type Run = (thread: number, frame: number) => number

/** Is told, by the first thread of a timed program, of each region that is about to begin: see `markImport`. */
export type Mark = (region: number) => void

const ignore: Mark = () => {}

/** A program of the calling thread's own, over the shared memory. */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory, mark: Mark = ignore): Run => {
  const { exports } = new WebAssembly.Instance(module, { residual: { memory }, host: { ...hostFunctions, mark } })
  return exports["run"] as Run
}
