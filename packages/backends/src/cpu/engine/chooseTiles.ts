import type { Tiles } from "../product/productSpec.ts"
import { hasTallTiles } from "./hasTallTiles.ts"
import { setRevectorizing } from "./setRevectorizing.ts"
import { timeTiles } from "./timeTiles.ts"

/** What tiles are chosen for. */
export interface TileChoice {
  /** Whether products and sums are fused. */
  readonly fused: boolean
  /** Whether wide tiles are tried. */
  readonly fast: boolean
}

/** So much faster must wide tiles be: they are nearly twice as fast where vectors are joined, and slower where not. */
const worthwhile = 1.3

/** Whether wide tiles were found to be faster, with fused sums and without: engine and flag are the same for all devices. */
const found = new Map<boolean, boolean>()

/** Chooses the tiles that products are computed in: by the engine's version, and wide ones by trying them. */
export const chooseTiles = ({ fused, fast }: TileChoice): Tiles => {
  const tall = hasTallTiles()
  if (!fast) return { tall, wide: false }
  const wide = found.get(fused) ?? tryWide(fused, tall)
  found.set(fused, wide)
  return { tall, wide }
}

const tryWide = (fused: boolean, tall: boolean): boolean => {
  if (!setRevectorizing(true)) return false
  const wide = isFaster(fused, tall ? "tall" : "plain")
  // Other devices go on with it.
  const isInUse = [...found.values()].includes(true)
  if (!wide && !isInUse) setRevectorizing(false)
  return wide
}

const isFaster = (fused: boolean, usual: "plain" | "tall"): boolean => {
  try {
    const { [usual]: without, wide } = timeTiles(fused, [usual, "wide"])
    return wide.isRight && wide.speed >= worthwhile * without.speed
  } catch {
    // No module can be compiled, which is told where a program is loaded.
    return false
  }
}
