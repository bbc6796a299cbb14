import { assert } from "@effect/vitest"
import type { Backend, BackendError } from "@residual/backends"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import type { Verdict } from "../judge/judge.ts"

/** Tries drawn cases until one is wrong, and gives the share of elements whose value was known. */
export const tried = <Case>(
  cases: fc.Arbitrary<Case>,
  runs: number,
  check: (subject: Case) => Effect.Effect<Verdict, BackendError, Backend>
): Effect.Effect<number, never, Backend> =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Backend>()
    let [elements, decided] = [0, 0]
    const property = fc.asyncProperty(cases, async (subject) => {
      const verdict = await Effect.runPromiseWith(context)(check(subject))
      elements += verdict.elements
      decided += verdict.decided
      assert.strictEqual(verdict.defect, undefined)
    })
    yield* Effect.promise(() => fc.assert(property, { numRuns: runs }))
    return decided / elements
  })
