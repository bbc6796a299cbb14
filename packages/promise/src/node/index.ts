export { toAsyncIterable, toPromise } from "./bridge.ts"
export { readCheckpoint, writeCheckpoint } from "./checkpointFile.ts"
export { logToSvg, logToTensorBoard } from "./logged.ts"
export { type OpenCheckpoints, openCheckpoints } from "./openCheckpoints.ts"
