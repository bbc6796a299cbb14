import type { GpuCommandEncoder, GpuComputePass } from "../gpu/api.ts"
import type { Command, Copy } from "./command.ts"

/** How commands are encoded: what has to be there first, and what tells how long each of them took. */
export interface Encoding {
  /** Sees to it that so many commands can be encoded; what it returns is to be waited for. */
  readonly reserve: (count: number) => Promise<void> | undefined
  /** Encodes them; what is returned tells the nanoseconds that each took, once the commands are submitted. */
  readonly encode: (
    commands: ReadonlyArray<Command>,
    encoder: GpuCommandEncoder
  ) => () => Promise<ReadonlyArray<number>>
}

/** No times. */
export const untimed = (): Promise<ReadonlyArray<number>> => Promise.resolve([])

/** Encodes copies, one after the other. */
export const encodeCopies = (copies: ReadonlyArray<Copy>, encoder: GpuCommandEncoder): void => {
  for (const { from, fromOffset, to, toOffset, bytes } of copies) {
    encoder.copyBufferToBuffer(from, fromOffset, to, toOffset, bytes)
  }
}

/** All commands in one pass, but where copies lie between them. */
export const together: Encoding = {
  reserve: () => undefined,
  encode: (commands, encoder) => {
    let pass: GpuComputePass | undefined
    const copy = (copies: ReadonlyArray<Copy>): void => {
      if (copies.length === 0) return
      pass?.end()
      pass = undefined
      encodeCopies(copies, encoder)
    }
    for (const { pipeline, group, x, y, before, after } of commands) {
      copy(before)
      pass ??= encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(x, y)
      copy(after)
    }
    pass?.end()
    return untimed
  }
}
