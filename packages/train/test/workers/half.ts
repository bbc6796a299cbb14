// Run by workers: halves even numbers, one after the other, as slowly as it is told.

import { setTimeout } from "node:timers/promises"
import { answer } from "../../src/worker.ts"

answer(async ({ value, milliseconds }: { readonly value: number; readonly milliseconds: number }) => {
  await setTimeout(milliseconds)
  if (value % 2 === 1) throw new RangeError(`${value} is odd`)
  return value / 2
})
