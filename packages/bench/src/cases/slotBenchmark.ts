import { compile } from "@residual/backends"
import { slot } from "@residual/core"
import { Effect } from "effect"
import type { Benchmark } from "./benchmark.ts"
import type { KernelOptions } from "./kernel.ts"

/**
 * A computation whose operands lie on the device and whose results stay there: one run moves nothing, and its time is
 * that of the kernels. The results are slots that the run replaces, so that all of them have to be computed.
 */
export const slotBenchmark = (options: KernelOptions): Benchmark => ({
  slots: options.operands,
  build: (store) =>
    Effect.gen(function* () {
      const { operands, kernel } = options
      const slots = Object.entries(operands).map(([name, { type }]) => [name, slot(name, type.shape, type)] as const)
      const compiled = yield* compile({ outputs: {}, updates: kernel(Object.fromEntries(slots)) })
      const executable = yield* compiled.bind(store)
      return {
        program: executable.program,
        call: Effect.as(executable.run({}, { outputs: [] }), undefined),
        // The reference is imported only now, so that it is no part of another backend's cold start.
        deviation: Effect.flatMap(
          Effect.promise(() => import("./deviation.ts")),
          ({ deviation }) => deviation(store, options)
        )
      }
    })
})
