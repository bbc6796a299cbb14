// Run by workers: makes what cannot be sent.

import { answer } from "../../src/worker.ts"

answer((value: number) => () => value)
