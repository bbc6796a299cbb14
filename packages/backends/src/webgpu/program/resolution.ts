import type { Kernel, KernelTensor } from "../wgsl/kernel.ts"
import { storedType } from "../wgsl/scalar.ts"
import { type Binding, type ValueBinding, type WindowType, wordsOfGroup } from "../wgsl/shaderSource.ts"

/** Where something lies: in a buffer, or in what will be one, so many bytes from its start. */
export interface Located<Memory> {
  readonly memory: Memory
  readonly offset: number
  readonly bytes: number
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
  readonly limit: "maxStorageBuffersPerShaderStage" | "maxStorageBufferBindingSize" | "vectors"
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
  const largest = own.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  if (largest > limits.bytes) {
    return { limit: "maxStorageBufferBindingSize", needed: largest, allowed: limits.bytes }
  }
  const direct = kernel.tensors === undefined ? directly(kernel, own) : undefined
  if (direct !== undefined && direct.windows.length <= limits.bindings) return [direct]
  return byTable(kernel, own, locate, limits)
}

const typeOf = ({ dtype, byVectors }: Kernel["values"][number]): WindowType =>
  byVectors === true ? "vec4<f32>" : storedType(dtype)

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
    const type = typeOf(kernel.values[at] as Kernel["values"][number])
    let window = windows.findIndex(({ memory, offset }) => memory === located.memory && offset === located.offset)
    if (window < 0) window = windows.push({ ...located, type }) - 1
    else {
      const known = windows[window] as Window<Memory>
      if (known.type !== type && [known.type, type].includes("vec4<f32>")) return undefined
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

const byTable = <Memory>(
  kernel: Kernel,
  own: ReadonlyArray<Located<Memory>>,
  locate: (value: Kernel["values"][number]["of"]) => Located<Memory>,
  limits: BindingLimits
): ReadonlyArray<Resolution<Memory>> | Exceeded => {
  if (kernel.values.some(({ byVectors }) => byVectors === true)) return { limit: "vectors", needed: 1, allowed: 0 }
  const tensors = (kernel.tensors?.each ?? []).map((tensor) => ({ tensor, at: tensor.values.map(locate) }))
  const parts: ReadonlyArray<ReadonlyArray<Placed<Memory>>> = kernel.tensors === undefined ? [[]] : partsOf(tensors)
  const resolutions: Array<Resolution<Memory>> = []
  for (const part of parts) {
    const windows = windowsOver([...own, ...part.flatMap(({ at }) => at)], limits)
    if (windows.length + 1 > limits.bindings) {
      return { limit: "maxStorageBuffersPerShaderStage", needed: windows.length + 1, allowed: limits.bindings }
    }
    resolutions.push(partResolution(kernel, own, part, windows))
  }
  return resolutions
}

/** A tensor, and where what it has lies. */
interface Placed<Memory> {
  readonly tensor: KernelTensor
  readonly at: ReadonlyArray<Located<Memory>>
}

/** Tensors in parts whose values at each position lie in one buffer. */
const partsOf = <Memory>(tensors: ReadonlyArray<Placed<Memory>>): ReadonlyArray<ReadonlyArray<Placed<Memory>>> => {
  const parts: Array<Array<Placed<Memory>>> = []
  for (const each of tensors) {
    const same = parts.find(([first]) =>
      first?.at.every(({ memory }, position) => memory === each.at[position]?.memory)
    )
    if (same === undefined) parts.push([each])
    else same.push(each)
  }
  return parts
}

const partResolution = <Memory>(
  kernel: Kernel,
  own: ReadonlyArray<Located<Memory>>,
  part: ReadonlyArray<Placed<Memory>>,
  windows: ReadonlyArray<Window<Memory>>
): Resolution<Memory> => {
  const windowOf = (located: Located<Memory>): number => windows.findIndex((window) => isIn(window, located))
  const startOf = (located: Located<Memory>): number =>
    (located.offset - (windows[windowOf(located)] as Window<Memory>).offset) / 4
  const positions = part[0]?.at ?? []
  const values = [...own, ...positions].map((located): ValueBinding => ({ window: windowOf(located), inTable: true }))
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
  return { binding: { windows: types, values, hasTable: true }, windows, table, groups }
}
