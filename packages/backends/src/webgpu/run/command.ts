import type { GpuBuffer, GpuHandle } from "../gpu/api.ts"

/** Bytes that are copied from one buffer to another. */
export interface Copy {
  readonly from: GpuBuffer
  readonly fromOffset: number
  readonly to: GpuBuffer
  readonly toOffset: number
  readonly bytes: number
}

/** A dispatch that is ready to be encoded, and what is copied before and after it. */
export interface Command {
  readonly pipeline: GpuHandle
  readonly group: GpuHandle
  readonly x: number
  readonly y: number
  readonly kernel: string
  readonly regions: ReadonlyArray<number>
  readonly before: ReadonlyArray<Copy>
  readonly after: ReadonlyArray<Copy>
}
