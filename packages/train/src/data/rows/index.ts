export { batches, type Row, type RowBatchOptions } from "./batches.ts"
export { type EpochOptions, epochs } from "./epochs.ts"
export { type RowShuffleOptions, shuffle } from "./shuffle.ts"
