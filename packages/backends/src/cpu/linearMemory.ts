import type { TensorType } from "@residual/core"
import type { Elements } from "../tensor.ts"
import { lines } from "./lines.ts"
import * as WebAssembly from "./webassembly.ts"

const pageBytes = 65_536

/** As many pages as addresses of 32 bits reach. */
export const mostPages = 65_536

/** One memory of the engine, whose parts are taken and given back. */
export interface LinearMemory {
  readonly memory: WebAssembly.Memory
  /** Takes so many bytes, at a multiple of 64; `undefined` where the engine has not so many. */
  readonly take: (bytes: number) => number | undefined
  readonly giveBack: (address: number, bytes: number) => void
  /** The most bytes that can be taken at once, as far as is known: as many as addresses reach, unless the engine has just refused some. */
  readonly room: () => number
  readonly write: (address: number, type: TensorType.TensorType, elements: ArrayLike<number>) => void
  readonly read: (address: number, type: TensorType.TensorType) => Elements
  readonly words: () => Int32Array
}

interface Hole {
  readonly address: number
  readonly bytes: number
}

interface Views {
  readonly buffer: ArrayBuffer | SharedArrayBuffer
  readonly f32: Float32Array
  readonly f64: Float64Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
}

const viewsOf = (buffer: ArrayBuffer | SharedArrayBuffer): Views => ({
  buffer,
  f32: new Float32Array(buffer),
  f64: new Float64Array(buffer),
  i32: new Int32Array(buffer),
  u32: new Uint32Array(buffer)
})

/** The most pages of a shared memory that are asked for, one after the other: its address space is taken at once. */
const sharedMaxima = [mostPages, mostPages / 2, mostPages / 4, mostPages / 16]

/** A memory that threads share, as large as it may become; `undefined` where the engine has the address space for none. */
export const sharedMemory = (): WebAssembly.Memory | undefined => {
  for (const maximum of sharedMaxima) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true })
    } catch {
      // A smaller one may do.
    }
  }
  return undefined
}

/** A memory that starts with `reserved` bytes which are never given out: one of its own, or one that is given. */
export const linearMemory = (reserved: number, given?: WebAssembly.Memory): LinearMemory => {
  const initial = Math.ceil((reserved + pageBytes) / pageBytes)
  const memory = given ?? new WebAssembly.Memory({ initial })
  if (given !== undefined && initial > 1) given.grow(initial - 1)
  let views = viewsOf(memory.buffer)
  let end = lines(reserved)
  const most = (mostPages - 1) * pageBytes
  /** What the engine has, as far as is known. */
  let had = most
  const holes: Array<Hole> = []
  // Growing an unshared memory detaches the views of it, and a shared one gets a longer buffer.
  const current = (): Views => {
    if (views.buffer !== memory.buffer) views = viewsOf(memory.buffer)
    return views
  }
  const reach = (bytes: number): boolean => {
    // One page more than is given out, so that a vector at the very end is inside.
    const missing = Math.ceil(bytes / pageBytes) + 1 - memory.buffer.byteLength / pageBytes
    if (missing <= 0) return true
    if (bytes > most) return false
    had = most
    try {
      // Growing is slow, and a little more is asked for than is needed where it is to be had.
      const pages = memory.buffer.byteLength / pageBytes
      memory.grow(Math.min(Math.max(missing, Math.ceil(pages / 4)), mostPages - pages))
      return memory.buffer.byteLength / pageBytes >= Math.ceil(bytes / pageBytes) + 1
    } catch {
      try {
        memory.grow(missing)
        return true
      } catch {
        had = memory.buffer.byteLength - pageBytes
        return false
      }
    }
  }
  const take = (bytes: number): number | undefined => {
    const size = lines(Math.max(bytes, 1))
    let best = -1
    for (const [at, hole] of holes.entries()) {
      if (hole.bytes >= size && (best < 0 || hole.bytes < (holes[best] as Hole).bytes)) best = at
    }
    if (best >= 0) {
      const { address, bytes: room } = holes[best] as Hole
      if (room === size) holes.splice(best, 1)
      else holes[best] = { address: address + size, bytes: room - size }
      return address
    }
    if (!reach(end + size)) return undefined
    const address = end
    end += size
    return address
  }
  const giveBack = (address: number, bytes: number): void => {
    const size = lines(Math.max(bytes, 1))
    const found = holes.findIndex((hole) => hole.address > address)
    const after = found < 0 ? holes.length : found
    const [left, right] = [holes[after - 1], holes[after]]
    const joinsLeft = left !== undefined && left.address + left.bytes === address
    const joinsRight = right !== undefined && address + size === right.address
    const from = joinsLeft ? left.address : address
    const to = joinsRight ? right.address + right.bytes : address + size
    const first = joinsLeft ? after - 1 : after
    const gone = (joinsLeft ? 1 : 0) + (joinsRight ? 1 : 0)
    if (to === end) {
      holes.splice(first, gone)
      end = from
    } else holes.splice(first, gone, { address: from, bytes: to - from })
  }
  const viewOf = (type: TensorType.TensorType): Float32Array | Float64Array | Int32Array | Uint32Array => {
    const { f32, f64, i32, u32 } = current()
    if (type.dtype === "f32") return f32
    if (type.dtype === "f64") return f64
    return type.dtype === "u32" ? u32 : i32
  }
  return {
    memory,
    take,
    giveBack,
    room: () => holes.reduce((most, { bytes }) => Math.max(most, bytes), had - end),
    write: (address, type, elements) => viewOf(type).set(elements, address / (type.dtype === "f64" ? 8 : 4)),
    read: (address, type) => {
      const start = address / (type.dtype === "f64" ? 8 : 4)
      const length = type.shape.reduce((product, size) => product * size, 1)
      const view = viewOf(type)
      return type.dtype === "bool"
        ? Uint8Array.from(view.subarray(start, start + length))
        : view.slice(start, start + length)
    },
    words: () => current().i32
  }
}
