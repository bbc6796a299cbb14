import type { Tensor } from "@residual/backends"
import type { TracedStep } from "../step/traced.ts"

/** One of the programs that a step consists of, as it ran: with the inputs that it was given. */
export interface StepPart {
  readonly traced: TracedStep
  readonly inputs: Readonly<Record<string, Tensor.Tensor>>
}
