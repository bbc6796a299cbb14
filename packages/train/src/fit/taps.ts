import type { Tensor } from "@residual/backends"
import { tapOutput } from "../step/gradients.ts"

/** What a model's bodies tapped in a step, by path. */
export type Taps = Readonly<Record<string, Tensor.Tensor>>

const prefix = tapOutput("")

/** The taps among a program's outputs. */
export const tapsIn = (outputs: Readonly<Record<string, Tensor.Tensor>>): Taps =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value])
  )
