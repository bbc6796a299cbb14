import { adapter } from "./adapter.js"

postMessage(await adapter())
