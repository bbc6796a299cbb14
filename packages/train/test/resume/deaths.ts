import { HostRandom } from "@residual/core"
import type { FileOperation } from "../faultyFiles.ts"
import type { Death } from "./life.ts"

/** The operations on files that a process dies at, and up to how many of each: those of some checkpoints. */
const operations: ReadonlyArray<readonly [operation: FileOperation, most: number]> = [
  ["open", 8],
  ["write", 400],
  ["sync", 6],
  ["link", 4],
  ["rename", 8],
  ["remove", 8]
]

/** How many events a run tells, about, and the most milliseconds after one of them; a process takes long to tell its first. */
const [events, soon, start] = [70, 25, 2000]

/** The death that a number stands for: half of them come from without, at any time, and half of them at an operation. */
export const deathOf = (key: HostRandom.HostKey, number: number): Death => {
  const draw = (from: number, below: number): number =>
    HostRandom.shuffledIndex(HostRandom.foldIn(HostRandom.foldIn(key, number), from), below, 0)
  if (draw(0, 2) === 0) {
    const count = draw(1, events)
    return { at: "event", count, milliseconds: draw(2, count === 0 ? start : soon) }
  }
  const [operation, most] = operations[draw(1, operations.length)] as (typeof operations)[number]
  return { at: "operation", operation, count: 1 + draw(2, most) }
}
