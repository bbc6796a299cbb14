import { type Code, get, sequence, set } from "../wasm/code.ts"
import { counting } from "../wasm/control.ts"
import type { MakeLocal } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"
import { type Lanes, loadFew, storeFew } from "./lanes.ts"
import type { Packing, PackOperands } from "./packing.ts"
import { below } from "./tile.ts"
import { moved, piecewise } from "./walk.ts"

/** How many steps are copied at a time: their elements of a panel then fill a cache line or more. */
const steps = 4

/** Whether the operand is rows of neighbours, one for each step, and whole vectors of them are copied. */
export const isFlat = ({ across, along }: Packing): boolean =>
  across.length === 1 && across[0]?.stride === 1 && along.length === 1 && (along[0]?.stride ?? 0) > 0

/**
 * Packs whole panels a few steps at a time, of all panels. The operand is read row by row so: its rows may lie far apart,
 * and a panel reads little of each. `target` and `from` are moved behind the panels.
 */
export const packRows = (
  lanes: Lanes,
  { across, along, width }: Packing,
  { source, target, from, to, count }: PackOperands,
  local: MakeLocal
): Code => {
  const { bytes } = lanes
  const stride = (along[0]?.stride ?? 0) * bytes
  const [row, out, left] = [local("i32"), local("i32"), local("i32")]
  const [column, read, written] = [local("i32"), local("i32"), local("i32")]
  const end = i32.sub(get(to), i32.constant(width - 1))
  const panelBytes = i32.mul(get(count), i32.constant(width * bytes))
  const vector = local("v128")
  const copied = (step: number): Code =>
    sequence(
      ...below(Math.ceil(width / lanes.count)).map((at) => {
        const size = Math.min(lanes.count, width - at * lanes.count)
        const value = loadFew(lanes, size, get(read), step * stride + 16 * at)
        return sequence(set(vector, value), storeFew(lanes, size, get(written), vector, step * width * bytes + 16 * at))
      })
    )
  const eachPanel = (size: number): Code =>
    sequence(
      set(read, get(row)),
      set(written, get(out)),
      counting(
        column,
        get(from),
        end,
        width,
        sequence(
          ...below(size).map(copied),
          moved(read, width * bytes),
          set(written, i32.add(get(written), panelBytes))
        )
      ),
      moved(row, size * stride),
      moved(out, size * width * bytes)
    )
  const panels = i32.divSigned(i32.sub(get(to), get(from)), i32.constant(width))
  return sequence(
    set(row, i32.add(get(source), i32.mul(get(from), i32.constant((across[0]?.stride ?? 0) * bytes)))),
    set(out, get(target)),
    set(left, get(count)),
    piecewise(left, steps, eachPanel(steps)),
    piecewise(left, 1, eachPanel(1)),
    set(column, panels),
    set(target, i32.add(get(target), i32.mul(get(column), panelBytes))),
    set(from, i32.add(get(from), i32.mul(get(column), i32.constant(width))))
  )
}
