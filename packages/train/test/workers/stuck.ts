// Run by workers: never comes to an end.

import { answer } from "../../src/worker.ts"

answer(() => {
  for (;;);
})
