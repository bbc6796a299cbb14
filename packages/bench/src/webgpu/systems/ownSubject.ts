import { makeStore } from "@residual/backends"
import { layer } from "@residual/backends/webgpu"
import { Effect, ManagedRuntime, Scope } from "effect"
import type { Ready } from "../../cases/benchmark.ts"
import type { CaseName } from "../../cases/caseList.ts"
import { cases } from "../../cases/cases.ts"
import type { Subject } from "../measuring/subject.ts"

/** A case with this framework. Its slots are on the device at first; composing and compiling follow. */
export const makeSubject = async (name: string): Promise<Subject> => {
  const { slots, build } = cases[name as CaseName]()
  const runtime = ManagedRuntime.make(layer())
  // The page or the process ends with the case.
  const inScope = Effect.provideService(Scope.Scope, runtime.scope)
  const store = await runtime.runPromise(makeStore(slots).pipe(inScope))
  let ready: Ready | undefined
  const built = (): Ready => {
    if (ready === undefined) throw new Error("a case is compiled before it is called")
    return ready
  }
  return {
    compile: async () => {
      ready = await runtime.runPromise(build(store).pipe(inScope))
    },
    step: () => runtime.runPromise(built().call),
    deviation: async () => {
      const { deviation } = built()
      return deviation && runtime.runPromise(deviation)
    },
    tokens: () => built().tokens?.()
  }
}
