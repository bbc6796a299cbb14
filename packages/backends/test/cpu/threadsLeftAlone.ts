// A program that leaves its threads alone, in a scope that nobody closes: it ends nevertheless.

import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { frame, makeProbe, prepare, summing } from "./threadProbe.ts"

const program = Effect.gen(function* () {
  const probe = yield* makeProbe(3)
  const loaded = yield* probe.pool.load("sums", summing(3))
  prepare(probe, 10)
  return probe.pool.run(loaded, frame)
})
const result = await Effect.runPromise(Scope.provide(program, Scope.makeUnsafe()))
process.stdout.write(`${result}\n`)
