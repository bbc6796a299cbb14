import type { Backend, BackendError } from "@residual/backends"
import * as Effect from "effect/Effect"
import type { BoundComputation } from "../../src/computation/printable.ts"
import type { Judge, Verdict } from "../judge/judge.ts"
import { runComputation } from "../judge/runComputation.ts"

/** What a judge says of a computation on the backend at hand. */
export const checkProgram =
  (judge: Judge) =>
  ({ computation, inputs, slots }: BoundComputation): Effect.Effect<Verdict, BackendError, Backend> =>
    Effect.map(runComputation(computation, inputs, slots), (found) =>
      judge(computation, { ...inputs, ...slots }, found)
    )
