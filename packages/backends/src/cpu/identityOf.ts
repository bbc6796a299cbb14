import type { Identity } from "../identity.ts"
import type { CompileOptions } from "./program/compileModule.ts"
import { roundsOnce } from "./roundsOnce.ts"

/**
 * What this backend's numbers depend on: how many threads take parts of a row, from which size on a program is shared, how
 * products and sums are rounded, and the tiles that products are computed in.
 */
export const identityOf = ({ threads, shareFrom, fused, tiles }: CompileOptions): Identity => ({
  threads,
  ...(threads > 1 ? { shareFrom: Number.isFinite(shareFrom) ? shareFrom : "never" } : {}),
  simd: fused ? "relaxed" : "plain",
  ...(fused ? { roundsOnce: roundsOnce() } : {}),
  tiles: tiles.wide ? "wide" : tiles.tall ? "tall" : "plain"
})
