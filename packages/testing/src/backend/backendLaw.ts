import { type Backend, type BackendError, ProgramCache, type Tensor } from "@residual/backends"
import type { AnyExpr } from "@residual/core"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { printTensor, type Tensors } from "../inputs.ts"

/**
 * A law that a backend breaks: which one, and how, with the smallest case found and the seed that finds it again.
 *
 * ```ts
 * import { LawBroken } from "@residual/testing"
 * new LawBroken({ law: "exp in f32", defect: "element 0 is 2, not 1" }).message // => "exp in f32: element 0 is 2, not 1"
 * ```
 */
export class LawBroken extends Data.TaggedError("LawBroken")<{
  readonly law: string
  readonly defect: string
  readonly counterexample?: string
  readonly seed?: number
}> {
  override get message(): string {
    const { law, defect, counterexample, seed } = this
    return [
      `${law}: ${defect}`,
      ...(counterexample === undefined ? [] : [`  ${counterexample}`]),
      ...(seed === undefined ? [] : [`  seed ${seed}`])
    ].join("\n")
  }
}

/**
 * One law of backends: what it says, and an Effect that fails where the backend at hand breaks it.
 *
 * ```ts
 * import { type BackendLaw, backendLaws } from "@residual/testing"
 * const first: BackendLaw | undefined = backendLaws()[0]
 * first?.name // => "fill in f32 is the reference's"
 * ```
 */
export interface BackendLaw {
  readonly name: string
  readonly check: Effect.Effect<void, LawBroken | BackendError, Backend>
}

type Computed = Readonly<Record<string, Tensor.Tensor>>

/** Computes expressions on the backend at hand; their program is given what it reads. */
export const computed = (
  exprs: Readonly<Record<string, AnyExpr>>,
  inputs: Tensors = {}
): Effect.Effect<Computed, BackendError, ProgramCache> =>
  Effect.gen(function* () {
    const executable = yield* (yield* ProgramCache).executable({ outputs: exprs })
    const read = new Set(executable.program.inputs.map(({ name }) => name))
    return yield* executable.run(Object.fromEntries(Object.entries(inputs).filter(([name]) => read.has(name))))
  })

/** The same in a program that is let go at the end. */
export const computedOnce = (
  exprs: Readonly<Record<string, AnyExpr>>,
  inputs: Tensors = {}
): Effect.Effect<Computed, BackendError, Backend> =>
  Effect.provide(computed(exprs, inputs), ProgramCache.layer, { local: true })

/** A law without cases: fails with what is wrong, if anything. */
export const plainLaw = (
  name: string,
  check: Effect.Effect<string | undefined, BackendError, Backend>
): BackendLaw => ({
  name,
  check: Effect.flatMap(check, (defect) =>
    defect === undefined ? Effect.void : Effect.fail(new LawBroken({ law: name, defect }))
  )
})

/** How many cases of a law are tried of each of its generators, and from which seed. */
export interface Drawing {
  readonly runs: number
  readonly seed: number | undefined
}

/**
 * A law of drawn cases: fails with the smallest one found for which something is wrong. It has one generator or several,
 * for each of which programs stay loaded.
 */
export const drawnLaw = <Case>(
  name: string,
  cases: () => ReadonlyArray<fc.Arbitrary<Case>>,
  { runs, seed }: Drawing,
  check: (subject: Case, seed: number) => Effect.Effect<string | undefined, BackendError, Backend | ProgramCache>
): BackendLaw => {
  const holds = (drawn: fc.Arbitrary<Case>) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Backend | ProgramCache>()
      const property = fc.asyncProperty(drawn, fc.noShrink(fc.nat()), async (subject, seed) => {
        const defect = await Effect.runPromiseWith(context)(check(subject, seed))
        if (defect !== undefined) throw new LawBroken({ law: name, defect })
      })
      const details = yield* Effect.promise(() =>
        fc.check(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) })
      )
      if (!details.failed) return
      const { errorInstance, counterexample } = details
      const defect = errorInstance instanceof LawBroken ? errorInstance.defect : String(errorInstance)
      return yield* Effect.fail(
        new LawBroken({ law: name, defect, seed: details.seed, counterexample: fc.stringify(counterexample?.[0]) })
      )
    }).pipe(Effect.provide(ProgramCache.layer, { local: true }))
  return { name, check: Effect.suspend(() => Effect.forEach(cases(), holds, { discard: true })) }
}

/** Tensors by name, as a message shows them. */
export const printTensors = (tensors: Tensors): string =>
  Object.entries(tensors)
    .map(([name, tensor]) => `${name} = ${printTensor(tensor)}`)
    .join(", ")
