export { hashPath } from "./hashPath.ts"
export { normal, permutation, truncatedNormal, uniform } from "./hostDistributions.ts"
export { shuffledIndex } from "./shuffledIndex.ts"
export { bits32, foldIn, type HostKey, keyFromSeed, split, threefry2x32 } from "./threefry.ts"
