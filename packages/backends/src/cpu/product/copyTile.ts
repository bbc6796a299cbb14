import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import { type Lanes, loadFew, storeFew } from "./lanes.ts"
import { below, type TileShape } from "./tile.ts"

/** Where the first element of a tile lies, and how far a row is from the next. */
export interface TileAddress {
  readonly c: Local
  readonly rowBytes: number
}

/** Copies the elements of a tile from C to another place, or back where `isIn` is not set. `vector` is a local to use. */
export const copiedTile = (
  lanes: Lanes,
  { rows, columns }: TileShape,
  vector: Local,
  isIn: boolean,
  ofC: TileAddress,
  other: TileAddress
): Code => {
  const [from, to] = isIn ? [ofC, other] : [other, ofC]
  const line = (row: number): ReadonlyArray<Code> =>
    below(Math.ceil(columns / lanes.count)).map((at) => {
      const size = Math.min(lanes.count, columns - at * lanes.count)
      return sequence(
        set(vector, loadFew(lanes, size, get(from.c), row * from.rowBytes + 16 * at)),
        storeFew(lanes, size, get(to.c), vector, row * to.rowBytes + 16 * at)
      )
    })
  return sequence(...below(rows).flatMap(line))
}
