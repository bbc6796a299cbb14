import { bufferUsage, computeStage, type GpuDevice, type GpuHandle, mapRead } from "../../../src/webgpu/gpu/api.ts"
import { libraryText } from "../../../src/webgpu/wgsl/library.ts"

/** The type of a number that functions of the library take or give. */
export type NumberType = "f32" | "i32" | "u32" | "bool"

/** A function of the library as tests call it. */
export interface Called {
  readonly name: string
  readonly takes: ReadonlyArray<NumberType>
  readonly gives: NumberType
}

const threads = 64

/** How many results are computed at a time. */
export const capacity = 1 << 20

const fromWord = (type: NumberType, word: string): string =>
  type === "u32" ? word : type === "bool" ? `(${word} != 0u)` : `bitcast<${type}>(${word})`

const toWord = (type: NumberType, value: string): string =>
  type === "bool" ? `select(0u, 1u, ${value})` : type === "u32" ? value : `bitcast<u32>(${value})`

const shader = ({ name, takes, gives }: Called): string => {
  const operands = takes.map((type, at) => fromWord(type, `operands[${at * capacity}u + i]`))
  return `${libraryText(new Set([name]))}

@group(0) @binding(0) var<storage, read> operands: array<u32>;
@group(0) @binding(1) var<storage, read_write> results: array<u32>;

@compute @workgroup_size(${threads})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  results[i] = ${toWord(gives, `${name}(${operands.join(", ")})`)};
}`
}

const toWords: Readonly<Record<NumberType, (values: ReadonlyArray<number>) => Uint32Array>> = {
  f32: (values) => new Uint32Array(Float32Array.from(values).buffer),
  i32: (values) => Uint32Array.from(values),
  u32: (values) => Uint32Array.from(values),
  bool: (values) => Uint32Array.from(values)
}

const fromWords: Readonly<Record<NumberType, (words: Uint32Array) => ReadonlyArray<number>>> = {
  f32: (words) => [...new Float32Array(words.buffer)],
  i32: (words) => [...new Int32Array(words.buffer)],
  u32: (words) => [...words],
  bool: (words) => [...words]
}

/** A function of the library on a device, words to words: floats are given and had by their bits. */
export interface OnDevice {
  /** The words of operands: the first `capacity` are those of the first, and so on. */
  readonly operands: Uint32Array<ArrayBuffer>
  /** Computes `count` results, a multiple of 64. */
  readonly run: (count: number) => Promise<Uint32Array>
  /** What it gives for some operands, no more than `capacity`. */
  readonly resultsOf: (given: ReadonlyArray<ReadonlyArray<number>>) => Promise<ReadonlyArray<number>>
  readonly destroy: () => void
}

/** Compiles a function of the library. */
export const onDevice = async (device: GpuDevice, called: Called): Promise<OnDevice> => {
  const size = 4 * capacity * Math.max(1, called.takes.length)
  const from = device.createBuffer({ size, usage: bufferUsage.storage | bufferUsage.copyTarget })
  const to = device.createBuffer({ size: 4 * capacity, usage: bufferUsage.storage | bufferUsage.copySource })
  const read = device.createBuffer({ size: 4 * capacity, usage: bufferUsage.copyTarget | bufferUsage.mapRead })
  const layout = device.createBindGroupLayout({
    entries: [
      { binding: 0, visibility: computeStage, buffer: { type: "read-only-storage" } },
      { binding: 1, visibility: computeStage, buffer: { type: "storage" } }
    ]
  })
  const module = device.createShaderModule({ code: shader(called) })
  const pipeline: GpuHandle = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: "main" }
  })
  const group = device.createBindGroup({
    layout,
    entries: [
      { binding: 0, resource: { buffer: from, offset: 0, size } },
      { binding: 1, resource: { buffer: to, offset: 0, size: 4 * capacity } }
    ]
  })
  const operands = new Uint32Array(capacity * called.takes.length)
  const run = async (count: number): Promise<Uint32Array> => {
    called.takes.forEach((_, at) => {
      device.queue.writeBuffer(from, 4 * capacity * at, operands, capacity * at, count)
    })
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(count / threads)
    pass.end()
    encoder.copyBufferToBuffer(to, 0, read, 0, 4 * count)
    device.queue.submit([encoder.finish()])
    await read.mapAsync(mapRead)
    const results = new Uint32Array(read.getMappedRange(0, 4 * count).slice(0))
    read.unmap()
    return results
  }
  const resultsOf: OnDevice["resultsOf"] = async (given) => {
    called.takes.forEach((type, at) => {
      operands.set(toWords[type](given.map((each) => each[at] as number)), at * capacity)
    })
    const results = await run(threads * Math.ceil(given.length / threads))
    return fromWords[called.gives](results.slice(0, given.length))
  }
  const destroy = (): void => {
    for (const buffer of [from, to, read]) buffer.destroy()
  }
  return { operands, run, resultsOf, destroy }
}
