import { type Code, get, type Local, nothing, sequence, set } from "../wasm/code.ts"
import { when } from "../wasm/control.ts"
import { i32, v128 } from "../wasm/instructions.ts"
import { type Lanes, loadFew, storeFew } from "./lanes.ts"
import type { Line } from "./line.ts"
import { below } from "./tile.ts"

/** How C lies: bytes from an element of a line to the next, and from a row of lines to the next. */
export interface Target {
  readonly elementBytes: number
  readonly rowBytes: Code
}

/**
 * Stores rows of lines, or adds them to what is there where `adds` is given and not 0. `c` is the address of the first
 * row, and is moved to the last.
 */
export const storedLines = (
  lanes: Lanes,
  rows: ReadonlyArray<ReadonlyArray<Line>>,
  c: Local,
  { elementBytes, rowBytes }: Target,
  adds?: Code
): Code => {
  const isSide = elementBytes === lanes.bytes
  const load = ({ size, offset }: Line): Code =>
    isSide
      ? loadFew(lanes, size, get(c), offset)
      : below(size).reduce(
          (vector, lane) => lanes.loadLane(get(c), vector, lane, offset + lane * elementBytes),
          v128.constant([0, 0, 0, 0])
        )
  const store = ({ vector, size, offset }: Line): Code =>
    isSide
      ? storeFew(lanes, size, get(c), vector, offset)
      : sequence(...below(size).map((lane) => lanes.storeLane(get(c), get(vector), lane, offset + lane * elementBytes)))
  const increase = (line: Line): Code =>
    sequence(set(line.vector, lanes.add(load(line), get(line.vector))), store(line))
  const all = (each: (line: Line) => Code): Code =>
    sequence(...rows.flatMap((line, at) => [at === 0 ? nothing : set(c, i32.add(get(c), rowBytes)), ...line.map(each)]))
  return adds === undefined ? all(store) : when(adds, all(increase), all(store))
}
