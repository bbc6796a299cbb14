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

/** Bytes that every device can share, which leave room for other workgroups beside this one. */
const mostShared = 16384

/** Vectors that a thread can hold in registers. */
const mostHeld = 32

/** Rows that share what is read: more only where tiles become too large otherwise. */
const usualRows = 32

/** Fewer rows than this share too little to wait for each other. */
const leastRows = 8

/** Slices of a row that nobody shares: they read 256 bytes side by side. */
const sideBySide = 16

/** Threads of a workgroup: enough to hide the waiting of some behind the work of others. */
const usualThreads = 128

/** How many threads a workgroup has where it may have so many: a power of two. */
export const workgroupThreads = (limit: number): number => 2 ** Math.floor(Math.log2(Math.min(usualThreads, limit)))

const powerFrom = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)))

/** How blocks are computed by so many threads, a power of two. */
export const blockPlan = (sizes: BlockSizes, threads: number, sharedBytes: number): BlockPlan => {
  const mostVectors = Math.floor(Math.min(sharedBytes, mostShared) / 16)
  const heldBy = (slices: number): number => sizes.held.reduce((sum, count) => sum + Math.ceil(count / slices), 0)
  const width = Math.max(1, ...sizes.tiles)
  let least = 1
  while (least < threads && heldBy(least) > mostHeld && least < width) least *= 2
  const allRows = powerFrom(sizes.rows)
  if (sizes.rows >= leastRows) {
    for (let slices = least; slices <= Math.min(threads, powerFrom(width)); slices *= 2) {
      const most = Math.min(allRows, threads / slices)
      for (let rows = Math.min(usualRows, most); rows <= most; rows *= 2) {
        const found = tiled(sizes, { rows, slices, lanes: threads / slices / rows }, mostVectors)
        if (found !== undefined) return found
      }
    }
  }
  const slices = Math.max(least, Math.min(sideBySide, powerFrom(width), threads / Math.min(allRows, leastRows)))
  const rows = Math.min(leastRows, allRows, threads / slices)
  return direct(sizes, { rows, slices, lanes: threads / slices / rows }, mostVectors)
}

const threadsOf = ({ rows, slices, lanes }: Split): number => rows * slices * lanes

/** Vectors in which slices hand over products of a step. */
const exchanged = (split: Split, { products }: BlockSizes): number =>
  split.slices > 1 ? threadsOf(split) * products : 0

/** A plan whose tiles fit shared memory, where there is one. */
const tiled = (sizes: BlockSizes, split: Split, mostVectors: number): BlockPlan | undefined => {
  const { rows, slices, lanes } = split
  const widths = sizes.tiles.map((count) => Math.ceil(count / slices) * slices)
  // Rows an odd number of vectors apart lie in different banks.
  const strides = widths.map((vectors) => (rows < usualRows ? vectors | 1 : vectors))
  const ofRow = strides.reduce((sum, stride) => sum + stride, 0)
  const ofStep = 4 * lanes * ofRow + exchanged(split, sizes)
  const steps = Math.min(Math.floor(mostVectors / ofStep), Math.ceil(sizes.met / (4 * lanes)))
  if (steps < 1) return undefined
  let exchange = 0
  const tiles = strides.map((stride, at): Tile => {
    const offset = exchange
    exchange += 4 * lanes * steps * stride
    return { offset, stride, vectors: widths[at] as number }
  })
  return { ...split, steps, tiles, exchange, shared: Math.max(threadsOf(split), steps * ofStep) }
}

/** A plan without tiles. */
const direct = (sizes: BlockSizes, split: Split, mostVectors: number): BlockPlan => {
  const ofStep = exchanged(split, sizes)
  const steps = Math.min(Math.ceil(sizes.met / (4 * split.lanes)), ofStep === 0 ? 8 : Math.floor(mostVectors / ofStep))
  return { ...split, steps, tiles: undefined, exchange: 0, shared: Math.max(threadsOf(split), steps * ofStep) }
}
