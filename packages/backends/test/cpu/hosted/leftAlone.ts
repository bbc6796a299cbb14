// A program that leaves a device's worker alone, in a scope that nobody closes: it ends nevertheless, but not while the
// worker is asked for something.

import { input, op } from "@residual/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Cpu from "../../../src/cpu/index.ts"
import { run, Tensor } from "../../../src/index.ts"

const program = Effect.gen(function* () {
  const layer = Cpu.layer({ threads: 2, shareFrom: 0, host: "worker" })
  const context = yield* Layer.buildWithScope(layer, Scope.makeUnsafe())
  return yield* Effect.provide(run(op.mul(input("x", [2]), 3), { x: [1, 2] }), context)
})
process.stdout.write(`${Tensor.toArray(await Effect.runPromise(program))}\n`)
