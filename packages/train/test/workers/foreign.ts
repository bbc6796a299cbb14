// Run by workers: posts what is no answer, as a module of another kind may.

import { parentPort } from "node:worker_threads"

parentPort?.on("message", () => parentPort?.postMessage(null))
