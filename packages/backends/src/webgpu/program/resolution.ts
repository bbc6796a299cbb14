import type { Kernel, KernelTensor } from "../wgsl/kernel.ts"
import { storedType } from "../wgsl/scalar.ts"
import { type Binding, type ValueBinding, type WindowType, wordsOfGroup } from "../wgsl/shaderSource.ts"

/** Where something lies: in a buffer, or in what will be one, so many bytes from its start. */
export interface Located<Memory> {
  readonly memory: Memory
  readonly offset: number
  readonly bytes: number
  /** Whether its floats have 16 bits. */
  readonly isHalf?: boolean
}

/** A part of a buffer that a kernel is bound to. */
export interface Window<Memory> extends Located<Memory> {
  readonly type: WindowType
}

/** A kernel, or a part of one that has tensors in several buffers, with what it is bound to. */
export interface Resolution<Memory> {
  readonly binding: Binding
  readonly windows: ReadonlyArray<Window<Memory>>
  /** What the table holds; empty where there is none. */
  readonly table: ReadonlyArray<number>
  readonly groups: number
}

/** What bindings must keep to: how many a kernel may have, how large each may be, and where they may start. */
export interface BindingLimits {
  readonly bindings: number
  readonly bytes: number
  readonly alignment: number
}

/** A limit that a kernel cannot keep to: which, what it needs, and what is allowed. */
export interface Exceeded {
  readonly limit: "maxStorageBuffersPerShaderStage" | "maxStorageBufferBindingSize" | "vectors" | "half"
  readonly needed: number
  readonly allowed: number
}

/**
 * Binds a kernel: each value gets a window of its own where there are few enough, and otherwise windows are as wide as
 * what a buffer holds of the kernel's values, and a table says where each of them starts.
 */
export const resolve = <Memory>(
  kernel: Kernel,
  locate: (value: Kernel["values"][number]["of"]) => Located<Memory>,
  limits: BindingLimits
): ReadonlyArray<Resolution<Memory>> | Exceeded => {
  const own = kernel.values.map(({ of }) => locate(of))
  const tensors = (kernel.tensors?.each ?? []).map((tensor) => ({ tensor, at: tensor.values.map(locate) }))
  const largest = [...own, ...tensors.flatMap(({ at }) => at)].reduce((most, { bytes }) => Math.max(most, bytes), 0)
  if (largest > limits.bytes) {
    return { limit: "maxStorageBufferBindingSize", needed: largest, allowed: limits.bytes }
  }
  const direct = kernel.tensors === undefined ? directly(kernel, own) : undefined
  if (direct !== undefined && direct.windows.length <= limits.bindings) return [direct]
  return byTable(kernel, own, tensors, limits)
}

const typeOf = ({ dtype, byVectors }: Kernel["values"][number], isHalf: boolean): WindowType => {
  if (byVectors === true) return isHalf ? "vec4<f16>" : "vec4<f32>"
  return isHalf ? "f16" : storedType(dtype)
}

/** The types that are words, and stand for each other bit by bit. */
const words: ReadonlySet<WindowType> = new Set(["f32", "i32", "u32"])

/** Whether windows reach into each other, as those of values do that take turns in memory while one kernel runs. */
const overlap = <Memory>(windows: ReadonlyArray<Window<Memory>>): boolean =>
  windows.some((a, at) =>
    windows
      .slice(at + 1)
      .some((b) => a.memory === b.memory && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes)
  )

/** A window for each value; those in the same place share one. */
const directly = <Memory>(kernel: Kernel, own: ReadonlyArray<Located<Memory>>): Resolution<Memory> | undefined => {
  const windows: Array<Window<Memory>> = []
  const values: Array<ValueBinding> = []
  for (const [at, located] of own.entries()) {
    const type = typeOf(kernel.values[at] as Kernel["values"][number], located.isHalf === true)
    let window = windows.findIndex(({ memory, offset }) => memory === located.memory && offset === located.offset)
    if (window < 0) window = windows.push({ ...located, type }) - 1
    else {
      const known = windows[window] as Window<Memory>
      if (known.type !== type && !(words.has(known.type) && words.has(type))) return undefined
      if (located.bytes > known.bytes) windows[window] = { ...known, bytes: located.bytes }
    }
    values.push({ window, inTable: false })
  }
  if (overlap(windows)) return undefined
  const types = windows.map(({ type }) => type)
  return { binding: { windows: types, values, hasTable: false }, windows, table: [], groups: kernel.groups }
}

const isIn = <Memory>(window: Window<Memory>, { memory, offset, bytes }: Located<Memory>): boolean =>
  window.memory === memory && offset >= window.offset && offset + bytes <= window.offset + window.bytes

/** As few windows as hold everything, none of them too large. */
const windowsOver = <Memory>(
  all: ReadonlyArray<Located<Memory>>,
  { bytes: most, alignment }: BindingLimits
): ReadonlyArray<Window<Memory>> => {
  const windows: Array<Window<Memory>> = []
  const memories = new Set(all.map(({ memory }) => memory))
  for (const memory of memories) {
    const inOrder = all.filter((each) => each.memory === memory).sort((a, b) => a.offset - b.offset)
    let [start, end] = [-1, -1]
    const close = (): void => {
      if (start >= 0) windows.push({ memory, offset: start, bytes: end - start, type: "f32" })
    }
    for (const { offset, bytes } of inOrder) {
      if (start >= 0 && Math.max(end, offset + bytes) - start <= most) end = Math.max(end, offset + bytes)
      else {
        close()
        start = Math.floor(offset / alignment) * alignment
        end = offset + bytes
      }
    }
    close()
  }
  return windows
}

/** A tensor, and where what it has lies. */
interface Placed<Memory> {
  readonly tensor: KernelTensor
  readonly at: ReadonlyArray<Located<Memory>>
}

const byTable = <Memory>(
  kernel: Kernel,
  own: ReadonlyArray<Located<Memory>>,
  tensors: ReadonlyArray<Placed<Memory>>,
  limits: BindingLimits
): ReadonlyArray<Resolution<Memory>> | Exceeded => {
  // Windows that several values share are of words.
  if ([...own, ...tensors.flatMap(({ at }) => at)].some(({ isHalf }) => isHalf === true)) {
    return { limit: "half", needed: 1, allowed: 0 }
  }
  if (kernel.values.some(({ byVectors }) => byVectors === true)) return { limit: "vectors", needed: 1, allowed: 0 }
  const windows = windowsOver([...own, ...tensors.flatMap(({ at }) => at)], limits)
  // Windows may be written through, and such may not reach into each other.
  if (overlap(windows)) {
    const needed = Math.max(...windows.map(({ offset, bytes }) => offset + bytes))
    return { limit: "maxStorageBufferBindingSize", needed, allowed: limits.bytes }
  }
  const parts: ReadonlyArray<ReadonlyArray<Placed<Memory>>> =
    kernel.tensors === undefined ? [[]] : partsOf(tensors, windows)
  const resolutions: Array<Resolution<Memory>> = []
  for (const part of parts) {
    const resolution = partResolution(kernel, own, part, windows)
    const needed = resolution.windows.length + 1
    if (needed > limits.bindings) return { limit: "maxStorageBuffersPerShaderStage", needed, allowed: limits.bindings }
    resolutions.push(resolution)
  }
  return resolutions
}

/** Tensors in parts whose values at each position lie in one window. */
const partsOf = <Memory>(
  tensors: ReadonlyArray<Placed<Memory>>,
  windows: ReadonlyArray<Window<Memory>>
): ReadonlyArray<ReadonlyArray<Placed<Memory>>> => {
  const parts = new Map<string, Array<Placed<Memory>>>()
  for (const each of tensors) {
    const key = each.at.map((located) => windowOf(windows, located)).join()
    const same = parts.get(key)
    if (same === undefined) parts.set(key, [each])
    else same.push(each)
  }
  return [...parts.values()]
}

const windowOf = <Memory>(windows: ReadonlyArray<Window<Memory>>, located: Located<Memory>): number =>
  windows.findIndex((window) => isIn(window, located))

/** A kernel's part, bound to those of the windows that it makes use of. */
const partResolution = <Memory>(
  kernel: Kernel,
  own: ReadonlyArray<Located<Memory>>,
  part: ReadonlyArray<Placed<Memory>>,
  all: ReadonlyArray<Window<Memory>>
): Resolution<Memory> => {
  const values = [...own, ...(part[0]?.at ?? [])]
  const used = [...new Set(values.map((located) => windowOf(all, located)))].sort((a, b) => a - b)
  const windows = used.map((at) => all[at] as Window<Memory>)
  const bindings = values.map((located): ValueBinding => ({ window: windowOf(windows, located), inTable: true }))
  const startOf = (located: Located<Memory>): number =>
    (located.offset - (windows[windowOf(windows, located)] as Window<Memory>).offset) / 4
  const table = own.map(startOf)
  let groups = kernel.groups
  if (kernel.tensors !== undefined) {
    groups = part.reduce((count, { tensor }) => count + tensor.groups.length, 0)
    let start = table.length + wordsOfGroup * groups
    const words: Array<number> = []
    for (const { tensor, at } of part) {
      for (const { first, chunk } of tensor.groups) table.push(start, first, chunk)
      const own = [...at.map(startOf), ...tensor.words]
      words.push(...own)
      start += own.length
    }
    for (const word of words) table.push(word)
  }
  const types = windows.map(({ type }) => type)
  return { binding: { windows: types, values: bindings, hasTable: true }, windows, table, groups }
}
