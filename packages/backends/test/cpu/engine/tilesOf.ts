// A program that prints the tiles which devices choose, one after the other, as JSON.

import * as Effect from "effect/Effect"
import { cpuDevice } from "../../../src/cpu/cpuDevice.ts"

const tilesOf = (relaxedSimd: boolean, fast: boolean) =>
  Effect.runPromise(Effect.scoped(Effect.map(cpuDevice({ threads: 1, relaxedSimd, fast }), ({ tiles }) => tiles)))

const [first, unfused, again, slow] = [
  await tilesOf(true, true),
  await tilesOf(false, true),
  await tilesOf(true, true),
  await tilesOf(true, false)
]
process.stdout.write(JSON.stringify({ first, unfused, again, slow }))
