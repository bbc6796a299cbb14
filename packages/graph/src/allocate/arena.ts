/** Buffers start at multiples of this many bytes, and their sizes count as such. */
export const alignment = 64

/** A number of bytes, rounded up to whole lines. */
export const aligned = (bytes: number, lineBytes = alignment): number => Math.ceil(bytes / lineBytes) * lineBytes

/**
 * A buffer that is to be given a place: how large it is, and from which region to which it holds something.
 *
 * ```ts
 * import type { Span } from "@residual/graph"
 * const temporary: Span = { bytes: 64, from: 2, to: 3 }
 * temporary.to // => 3
 * ```
 */
export interface Span {
  readonly bytes: number
  readonly from: number
  readonly to: number
}

/**
 * Where spans lie, and how large the arena is that holds them.
 *
 * ```ts
 * import { type Arena, placeSpans } from "@residual/graph"
 * const arena: Arena = placeSpans([{ bytes: 64, from: 0, to: 1 }])
 * arena.offsets // => [0]
 * ```
 */
export interface Arena {
  readonly offsets: ReadonlyArray<number>
  readonly bytes: number
  /** The most bytes that are held at once. */
  readonly peak: number
}

interface Hole {
  readonly offset: number
  readonly bytes: number
}

/**
 * Gives every span a place at a multiple of `lineBytes`, 64 where it is not given, so that no two that hold something at
 * once overlap: each takes, when it begins, the smallest hole that is large enough.
 *
 * ```ts
 * import { placeSpans } from "@residual/graph"
 * placeSpans([{ bytes: 8, from: 0, to: 1 }, { bytes: 8, from: 2, to: 2 }, { bytes: 8, from: 1, to: 2 }], 256).offsets
 * // => [0, 0, 256]
 * ```
 */
export const placeSpans = (spans: ReadonlyArray<Span>, lineBytes = alignment): Arena => {
  const offsets = new Array<number>(spans.length).fill(0)
  const begins = new Map<number, Array<number>>()
  const ends = new Map<number, Array<number>>()
  for (const [at, { from, to }] of spans.entries()) {
    push(begins, from, at)
    push(ends, to, at)
  }
  const free = holes()
  let live = 0
  let peak = 0
  for (const time of [...new Set([...begins.keys(), ...ends.keys()])].sort((a, b) => a - b)) {
    const beginning = (begins.get(time) ?? []).sort((a, b) => (spans[b] as Span).bytes - (spans[a] as Span).bytes)
    for (const at of beginning) {
      const bytes = aligned((spans[at] as Span).bytes, lineBytes)
      offsets[at] = free.take(bytes)
      live += bytes
    }
    peak = Math.max(peak, live)
    for (const at of ends.get(time) ?? []) {
      const bytes = aligned((spans[at] as Span).bytes, lineBytes)
      free.give({ offset: offsets[at] as number, bytes })
      live -= bytes
    }
  }
  return { offsets, bytes: free.end(), peak }
}

const push = <K, A>(map: Map<K, Array<A>>, key: K, value: A): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The free parts of an arena that grows at its end. */
const holes = () => {
  const free: Array<Hole> = []
  let end = 0
  const take = (bytes: number): number => {
    if (bytes === 0) return 0
    let best = -1
    for (const [at, hole] of free.entries()) {
      if (hole.bytes >= bytes && (best < 0 || hole.bytes < (free[best] as Hole).bytes)) best = at
    }
    if (best >= 0) {
      const { offset, bytes: room } = free[best] as Hole
      if (room === bytes) free.splice(best, 1)
      else free[best] = { offset: offset + bytes, bytes: room - bytes }
      return offset
    }
    const last = free.at(-1)
    const offset = last !== undefined && last.offset + last.bytes === end ? last.offset : end
    if (offset < end) free.pop()
    end = offset + bytes
    return offset
  }
  const give = (hole: Hole): void => {
    if (hole.bytes === 0) return
    const at = free.findIndex(({ offset }) => offset > hole.offset)
    const after = at < 0 ? free.length : at
    const [left, right] = [free[after - 1], free[after]]
    const joinsLeft = left !== undefined && left.offset + left.bytes === hole.offset
    const joinsRight = right !== undefined && hole.offset + hole.bytes === right.offset
    const offset = joinsLeft ? left.offset : hole.offset
    const stop = joinsRight ? right.offset + right.bytes : hole.offset + hole.bytes
    const from = joinsLeft ? after - 1 : after
    free.splice(from, after + (joinsRight ? 1 : 0) - from, { offset, bytes: stop - offset })
  }
  return { take, give, end: () => end }
}
