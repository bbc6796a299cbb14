import type { SharedMemory } from "../../wgsl/kernel.ts"

/** The sizes of a workgroup's work: it computes something of each row of a block, all of which meet the other side's rows. */
export interface BlockSizes {
  /** Rows on the side that is cut into blocks, and on the other. */
  readonly rows: number
  readonly met: number
  /** How many vectors of its row a thread has to hold: those of each operand, and of each sum. */
  readonly held: ReadonlyArray<number>
  /** Vectors of a row of each operand on the other side. */
  readonly tiles: ReadonlyArray<number>
  /** Products that are taken of each two rows. */
  readonly products: number
}

/** Where rows of the other side lie in shared memory, in vectors. */
export interface Tile {
  readonly offset: number
  readonly stride: number
  /** Vectors of a row, with zeros that fill it up. */
  readonly vectors: number
}

/** How threads share a block: `rows · slices · lanes` is their number, in which that of the row counts fastest. */
export interface Split {
  readonly rows: number
  /** A thread holds every so-many-th vector of its row. */
  readonly slices: number
  /** And meets every so-many-th four of the other side's rows. */
  readonly lanes: number
}

/** How a block is computed. */
export interface BlockPlan extends Split {
  /** Fours that a thread meets before it waits for the others. */
  readonly steps: number
  /** Where the rows that are met lie, one for each operand; `undefined` where threads read them from where they are. */
  readonly tiles: ReadonlyArray<Tile> | undefined
  /** Where slices hand over their parts of products. */
  readonly exchange: number
  /** Vectors of shared memory. */
  readonly shared: number
}

/** Vectors of shared memory that leave room for other workgroups beside this one, and those that every device has. */
const usualShared = 512
const mostShared = 1024

/** Vectors that a thread can hold in registers. */
const mostHeld = 32

/** Rows of a block: enough to make what they share worth its while, and to give all neighbouring threads the same to read. */
const usualRows = 32

/** Fewer rows than this share too little to wait for each other. */
const leastRows = 8

/** Vectors of rows that the nearest cache holds: reading them there costs less than waiting for each other. */
const mostCached = 4096

/** Threads that read a row together where rows share nothing: 256 bytes side by side. */
const sideBySide = 16

const powerFrom = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)))

const isFew = ({ rows }: BlockSizes): boolean => rows < leastRows

const isCached = ({ met, tiles }: BlockSizes): boolean =>
  met * tiles.reduce((sum, count) => sum + count, 0) <= mostCached

/** Slices that rows must be cut into, so that a thread can hold its own, or can be, so that neighbours read neighbours. */
const slicesOf = (sizes: BlockSizes): number => {
  const width = powerFrom(Math.max(...sizes.tiles))
  const heldBy = (slices: number): number => sizes.held.reduce((sum, count) => sum + Math.ceil(count / slices), 0)
  let slices = isFew(sizes) ? Math.min(sideBySide, width) : 1
  while (slices < width && heldBy(slices) > mostHeld) slices *= 2
  return slices
}

/** How many threads a workgroup has for such a block where it may have so many: a power of two. */
export const threadsFor = (sizes: BlockSizes, limit: number): number => {
  const slices = slicesOf(sizes)
  const wanted = isFew(sizes) ? (sizes.rows * slices * sizes.met) / 4 : usualRows * slices
  return 2 ** Math.floor(Math.log2(Math.min(limit, 256, Math.max(64, powerFrom(wanted)))))
}

/** How blocks are computed by so many threads, a power of two. */
export const blockPlan = (sizes: BlockSizes, threads: number, sharedBytes: number): BlockPlan => {
  const slices = Math.min(threads, slicesOf(sizes))
  const allRows = powerFrom(sizes.rows)
  const most = Math.min(mostShared, Math.floor(sharedBytes / 16))
  if (slices === 1 && !isFew(sizes) && isCached(sizes)) {
    const rows = Math.min(threads, allRows)
    return direct(sizes, { rows, slices, lanes: threads / rows }, most)
  }
  if (!isFew(sizes)) {
    // With more rows, or more slices, there are fewer lanes, and tiles are smaller.
    for (let cut = slices; cut <= threads; cut *= 2) {
      for (
        let rows = Math.min(usualRows, allRows, threads / cut);
        rows <= Math.min(allRows, threads / cut);
        rows *= 2
      ) {
        const found = tiled(sizes, { rows, slices: cut, lanes: threads / cut / rows }, most)
        if (found !== undefined) return found
      }
    }
  }
  const rows = Math.min(leastRows, allRows, threads / slices)
  return direct(sizes, { rows, slices, lanes: threads / slices / rows }, most)
}

const threadsOf = ({ rows, slices, lanes }: Split): number => rows * slices * lanes

/** Vectors in which slices hand over products of a step. */
const exchanged = (split: Split, { products }: BlockSizes): number =>
  split.slices > 1 ? threadsOf(split) * products : 0

/** How many steps are taken at once, so that what each takes of shared memory fits; 0 where not even one does. */
const stepsOf = (split: Split, { met }: BlockSizes, ofStep: number, most: number): number => {
  const needed = Math.ceil(met / (4 * split.lanes))
  const fitting = Math.floor(usualShared / ofStep)
  return Math.min(needed, fitting > 0 ? fitting : Math.floor(most / ofStep))
}

/** A plan whose tiles fit shared memory, where there is one. */
const tiled = (sizes: BlockSizes, split: Split, most: number): BlockPlan | undefined => {
  const { rows, slices, lanes } = split
  const widths = sizes.tiles.map((count) => Math.ceil(count / slices) * slices)
  // Rows an odd number of vectors apart lie in different banks.
  const strides = widths.map((vectors) => (rows < usualRows ? vectors | 1 : vectors))
  const ofRow = strides.reduce((sum, stride) => sum + stride, 0)
  const ofStep = 4 * lanes * ofRow + exchanged(split, sizes)
  const steps = stepsOf(split, sizes, ofStep, most)
  if (steps < 1) return undefined
  let exchange = 0
  const tiles = strides.map((stride, at): Tile => {
    const offset = exchange
    exchange += 4 * lanes * steps * stride
    return { offset, stride, vectors: widths[at] as number }
  })
  return { ...split, steps, tiles, exchange, shared: Math.max(threadsOf(split), steps * ofStep) }
}

/** A plan without tiles, in which threads wait for each other only where slices hand over products. */
const direct = (sizes: BlockSizes, split: Split, most: number): BlockPlan => {
  const ofStep = exchanged(split, sizes)
  const steps = ofStep === 0 ? 1 : Math.max(1, stepsOf(split, sizes, ofStep, most))
  const shared = split.slices * split.lanes === 1 ? 0 : Math.max(threadsOf(split), steps * ofStep)
  return { ...split, steps, tiles: undefined, exchange: 0, shared }
}

/** Shared memory of so many vectors. */
export const sharedTiles = (vectors: number): ReadonlyArray<SharedMemory> =>
  vectors === 0 ? [] : [{ name: "tiles", type: `array<vec4f, ${vectors}>`, bytes: vectors * 16 }]
