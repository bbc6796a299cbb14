import { probeBytes, probeOperations, probePlaces, probeShape, type TileKind, tileProbe } from "../product/tileProbe.ts"
import { moduleBytes } from "../wasm/module.ts"
import * as WebAssembly from "../webassembly.ts"

/** How an engine computes a tile. */
export interface TimedTile {
  /** Products and sums of elements in a nanosecond, at best. */
  readonly speed: number
  /** Whether its results are those of the definition. */
  readonly isRight: boolean
}

/** Tiles that are computed in one call, which then takes 0.1 to 0.3 ms. */
const times = 200
/** Calls of each that are timed once all are optimised. */
const calls = 10
/** Milliseconds after which it ends at the latest. */
const patience = 100
const start = 64

/** Times tiles side by side, once the engine has optimised them, which takes some milliseconds, and checks them then. */
export const timeTiles = <Kind extends TileKind>(
  fused: boolean,
  kinds: ReadonlyArray<Kind>
): Readonly<Record<Kind, TimedTile>> => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const imported = { module: "residual", name: "memory", minimum: 1, shared: false }
  const bytes = moduleBytes({ memory: imported, exports: tileProbe(fused) })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { residual: { memory } })
  const numbers = new Float32Array(memory.buffer, start, probeBytes / 4)
  fill(numbers)
  const tiles = kinds.map((kind) => {
    const run = exports[kind] as (times: number, address: number) => void
    const speed = (): number => {
      const from = performance.now()
      run(times, start)
      return (probeOperations(kind) * times) / Math.max(1e-3, performance.now() - from) / 1e6
    }
    return { kind, run, speed, first: speed(), best: 0 }
  })
  const end = performance.now() + patience
  for (let left = calls; left > 0 && performance.now() < end; ) {
    for (const tile of tiles) tile.best = Math.max(tile.best, tile.speed())
    // What is compiled in haste at first is less than half as fast.
    if (tiles.every(({ first, best }) => best > 2 * first)) left--
  }
  const timed = tiles.map(({ kind, run, best }) => [kind, { speed: best, isRight: isRight(kind, numbers, run) }])
  return Object.fromEntries(timed) as Record<Kind, TimedTile>
}

/** Small whole numbers without an order, whose sums of products are exact. */
const fill = (numbers: Float32Array): void => {
  let state = 1
  for (const at of numbers.keys()) {
    state = Math.imul(state, 1664525) + 1013904223
    numbers[at] = (state >>> 28) - 7
  }
}

const isRight = (kind: TileKind, numbers: Float32Array, run: (times: number, address: number) => void): boolean => {
  const { rows, columns, steps } = probeShape(kind)
  const { a, b, c, rowBytes } = probePlaces
  numbers.fill(Number.NaN, c / 4)
  run(1, start)
  const sum = (row: number, column: number): number => {
    let total = 0
    for (let step = 0; step < steps; step++) {
      const [left, right] = [a / 4 + step * rows + row, b / 4 + step * columns + column]
      total += (numbers[left] as number) * (numbers[right] as number)
    }
    return total
  }
  return Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns] as const).every(
    ([row, column]) => numbers[c / 4 + (row * rowBytes) / 4 + column] === sum(row, column)
  )
}
