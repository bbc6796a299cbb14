import { type Code, get, type Local, sequence, set } from "../wasm/code.ts"
import { block, branchIf, loop, when } from "../wasm/control.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { i32, v128 } from "../wasm/instructions.ts"
import { type Lanes, loadFew, storeFew } from "./lanes.ts"

/** A tile of C: its rows and columns, and how far apart, in bytes, the kernel's operands lie from a step of k to the next. */
export interface Tile {
  readonly rows: number
  readonly columns: number
  /** Bytes from a row of A to the next. */
  readonly rowBytes: number
  /** Bytes from a step of k to the next, in A and in B. */
  readonly stepBytes: { readonly a: number; readonly b: number }
}

/** How often the loop over k is written out. */
const unrolled = 4

const kernels = new Map<Lanes, Map<string, WasmFunction>>()

/**
 * The function (steps, a, b, c, rowBytes, adds) that computes a tile of C over so many steps of k, and stores it or,
 * where `adds` is not 0, adds it to what is there. Sums are kept in registers: eight vectors of them, two of B and one
 * of A are what engines keep there. Equal tiles share one function, which is then compiled once and hot early.
 */
export const microKernel = (lanes: Lanes, tile: Tile): WasmFunction => {
  const { rows, columns, rowBytes, stepBytes } = tile
  const known = kernels.get(lanes) ?? new Map<string, WasmFunction>()
  kernels.set(lanes, known)
  const key = [rows, columns, rowBytes, stepBytes.a, stepBytes.b].join()
  const kernel = known.get(key) ?? composed(lanes, tile)
  known.set(key, kernel)
  return kernel
}

const composed = (lanes: Lanes, { rows, columns, rowBytes, stepBytes }: Tile): WasmFunction =>
  functionOf(["i32", "i32", "i32", "i32", "i32", "i32"], [], (params, local) => {
    const [steps, a, b, c, apart, adds] = params as [Local, Local, Local, Local, Local, Local]
    const vectors = Math.ceil(columns / lanes.count)
    const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => local("v128")))
    const ofB = Array.from({ length: vectors }, () => local("v128"))
    const ofA = local("v128")

    const step = (at: number): Code =>
      sequence(
        ...ofB.map((vector, place) => set(vector, v128.load(get(b), at * stepBytes.b + 16 * place))),
        ...sums.flatMap((row, place) => [
          set(ofA, lanes.loadSplat(get(a), at * stepBytes.a + place * rowBytes)),
          ...row.map((sum, column) => set(sum, lanes.multiplyAdd(get(ofA), get(ofB[column] as Local), get(sum))))
        ])
      )

    const looped = (times: number): Code =>
      block((end) =>
        loop((start) =>
          sequence(
            branchIf(end, i32.lessSigned(get(steps), i32.constant(times))),
            ...Array.from({ length: times }, (_, at) => step(at)),
            set(a, i32.add(get(a), i32.constant(times * stepBytes.a))),
            set(b, i32.add(get(b), i32.constant(times * stepBytes.b))),
            set(steps, i32.sub(get(steps), i32.constant(times))),
            branchIf(start, i32.constant(1))
          )
        )
      )

    const width = (vector: number): number => Math.min(lanes.count, columns - vector * lanes.count)
    const eachRow = (body: (row: ReadonlyArray<Local>) => ReadonlyArray<Code>): Code =>
      sequence(
        ...sums.flatMap((row, place) => [
          ...body(row),
          ...(place + 1 < rows ? [set(c, i32.add(get(c), get(apart)))] : [])
        ])
      )
    const added = (sum: Local, vector: number): Code =>
      set(sum, lanes.add(loadFew(lanes, width(vector), get(c), 16 * vector), get(sum)))
    const stored = (sum: Local, vector: number): Code => storeFew(lanes, width(vector), get(c), sum, 16 * vector)

    return sequence(
      looped(unrolled),
      looped(1),
      when(
        get(adds),
        eachRow((row) => row.flatMap((sum, vector) => [added(sum, vector), stored(sum, vector)])),
        eachRow((row) => row.map(stored))
      )
    )
  })
