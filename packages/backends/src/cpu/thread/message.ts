import type { Memory, Module } from "../webassembly.ts"

/** A program as a worker is given it. */
export interface SentProgram {
  readonly number: number
  readonly module: Module
}

/** What a worker is told, in order, while it is in its event loop. */
export type ToWorker =
  | {
      readonly kind: "start"
      readonly memory: Memory
      /** Where the control block lies. */
      readonly control: number
      readonly thread: number
      readonly threads: number
      /** What its claim holds before it is ready, and what it puts there then. */
      readonly starting: number
      readonly ready: number
      /** The last job and the last batch of messages that are not for it. */
      readonly job: number
      readonly mail: number
      readonly programs: ReadonlyArray<SentProgram>
    }
  | { readonly kind: "load"; readonly program: SentProgram }
  | { readonly kind: "unload"; readonly number: number }
  /** Ends a batch. */
  | { readonly kind: "resume" }

/** What a worker says. `reason` is missing where the program is loaded. */
export interface FromWorker {
  readonly kind: "loaded"
  readonly number: number
  readonly reason?: string
}
