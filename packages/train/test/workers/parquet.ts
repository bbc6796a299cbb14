// Run by workers: reads a file of Parquet, and tells the values of its rows, or why it cannot.

import { Cause, Effect, Exit, Stream } from "effect"
import { Bytes, DataError, Read } from "../../src/index.ts"
import { answer } from "../../src/worker.ts"

answer(async (file: Uint8Array) => {
  const exit = await Effect.runPromiseExit(Stream.runCollect(Read.parquet(Bytes.of("t", file))))
  if (Exit.isSuccess(exit)) return { rows: exit.value }
  const error = Cause.squash(exit.cause)
  return { isRefused: error instanceof DataError && !Cause.hasDies(exit.cause), reason: String(error) }
})
