// Run by workers: ends itself at the number 3.

import { answer } from "../../src/worker.ts"

answer((value: number) => {
  if (value === 3) process.exit(7)
  return value
})
