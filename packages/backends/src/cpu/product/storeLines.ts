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

type Lines = ReadonlyArray<ReadonlyArray<Line>>

/** Does something at each line. `c` is the address of the first row, and is moved to the last. */
const eachLine = (rows: Lines, c: Local, { rowBytes }: Target, each: (line: Line) => Code): Code =>
  sequence(...rows.flatMap((line, at) => [at === 0 ? nothing : set(c, i32.add(get(c), rowBytes)), ...line.map(each)]))

const loaded = (lanes: Lanes, c: Local, { elementBytes }: Target, { size, offset }: Line): Code =>
  elementBytes === lanes.bytes
    ? loadFew(lanes, size, get(c), offset)
    : below(size).reduce(
        (vector, lane) => lanes.loadLane(get(c), vector, lane, offset + lane * elementBytes),
        v128.constant([0, 0, 0, 0])
      )

/** Sets rows of lines to what C has there. Leaves `c` where it is. */
export const loadedLines = (lanes: Lanes, rows: Lines, c: Local, target: Target): Code =>
  sequence(
    eachLine(rows, c, target, (line) => set(line.vector, loaded(lanes, c, target, line))),
    set(c, i32.sub(get(c), i32.mul(i32.constant(rows.length - 1), target.rowBytes)))
  )

/**
 * Stores rows of lines, or adds them to what is there where `adds` is given and not 0. `c` is the address of the first
 * row, and is moved to the last.
 */
export const storedLines = (lanes: Lanes, rows: Lines, c: Local, target: Target, adds?: Code): Code => {
  const { elementBytes } = target
  const store = ({ vector, size, offset }: Line): Code =>
    elementBytes === lanes.bytes
      ? storeFew(lanes, size, get(c), vector, offset)
      : sequence(...below(size).map((lane) => lanes.storeLane(get(c), get(vector), lane, offset + lane * elementBytes)))
  const increase = (line: Line): Code =>
    sequence(set(line.vector, lanes.add(loaded(lanes, c, target, line), get(line.vector))), store(line))
  if (adds === undefined) return eachLine(rows, c, target, store)
  return when(adds, eachLine(rows, c, target, increase), eachLine(rows, c, target, store))
}
