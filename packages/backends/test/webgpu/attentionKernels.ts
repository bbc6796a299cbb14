import { type AnyExpr, claimable, numberArithmetic, Shape, type TensorType } from "@residual/core"
import { compile, type Graph, type Id, type Node, type Program, type Region } from "@residual/graph"
import { runGraph } from "../../src/reference/index.ts"

import { attentionBackward } from "../../src/webgpu/emit/attention/attentionBackward.ts"
import { attentionForward } from "../../src/webgpu/emit/attention/attentionForward.ts"
import type { EmitContext } from "../../src/webgpu/emit/emitContext.ts"
import { bufferUsage, computeStage, type GpuDevice, mapRead } from "../../src/webgpu/gpu/api.ts"
import type { Kernel, KernelValue, ValueAccess } from "../../src/webgpu/wgsl/kernel.ts"
import { libraryText } from "../../src/webgpu/wgsl/library.ts"
import { storedType } from "../../src/webgpu/wgsl/scalar.ts"

/** What every WebGPU device offers. */
export const leastContext: EmitContext = {
  limits: { sharedBytes: 16384, threads: 256 },
  subgroups: false,
  vectors: true
}

/** An attention, or its backward, in a program, with the kernels that compute it. */
export interface Attention {
  readonly graph: Graph
  readonly region: Region
  readonly kernels: ReadonlyArray<Kernel>
}

const makers = { attention: attentionForward, attentionBackward } as const

const programOf = (outputs: Readonly<Record<string, AnyExpr>>): Program => {
  const claims = new Set([claimable.attention, claimable.attentionBackward])
  const compiled = compile({ outputs }, { claims })
  if (compiled._tag === "Left") throw compiled.left
  return compiled.right
}

/** Every attention of a program and every backward of one, in order. */
export const attentionsOf = (
  outputs: Readonly<Record<string, AnyExpr>>,
  context: EmitContext = leastContext
): ReadonlyArray<Attention> => {
  const { graph, regions } = programOf(outputs)
  return regions.flatMap((region) => {
    const id = region.nodes.find((node) => graph.nodes[node]?.body !== undefined)
    if (id === undefined) return []
    const make = makers[graph.nodes[id]?.op as keyof typeof makers]
    return [{ graph, region, kernels: make(graph, region, id, context) }]
  })
}

/** What a value is to a shader: its elements' type, and how it is bound. */
const declaredAs = ({
  dtype,
  access,
  byVectors
}: KernelValue): { readonly element: string; readonly mode: string } => ({
  element: byVectors ? `vec4<${storedType(dtype)}>` : storedType(dtype),
  mode: access === "read" ? "read" : "read_write"
})

/** A kernel as a module that binds its values in order, or one buffer for all that are read, or written, in one type. */
export const moduleText = (kernel: Kernel, isBoundByType = false): string => {
  const { values, shared, functions, threads, body } = kernel
  const named = values.map((value, at) => {
    const { element, mode } = declaredAs(value)
    return { name: isBoundByType ? `${mode}_${element.replace(/\W/g, "")}` : `v${at}`, element, mode }
  })
  const bound = [...new Map(named.map((each) => [each.name, each])).values()]
  const access: ValueAccess = {
    load: (value, index) => {
      const text = `${named[value]?.name}[${index}]`
      return values[value]?.dtype === "bool" ? `(${text} != 0u)` : text
    },
    store: (value, index, element) => `${named[value]?.name}[${index}] = ${element};`,
    word: () => {
      throw new Error("an attention has no tensors of a kernel")
    }
  }
  return [
    ...(kernel.usesSubgroups === true ? ["enable subgroups;"] : []),
    ...(kernel.partsQuads === true ? ["diagnostic(off, subgroup_uniformity);"] : []),
    ...bound.map(
      ({ name, element, mode }, at) => `@group(0) @binding(${at}) var<storage, ${mode}> ${name}: array<${element}>;`
    ),
    ...shared.map(({ name, type }) => `var<workgroup> ${name}: ${type};`),
    libraryText(functions),
    `@compute @workgroup_size(${threads})`,
    "fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {",
    "let group = i32(workgroup.x);",
    "let thread = i32(invocation);",
    body(access),
    "}"
  ].join("\n")
}

/** Numbers of nodes of a graph as the reference computes them, by their ids. */
export const valuesOf = (
  graph: Graph,
  ids: ReadonlyArray<Id>,
  inputs: Readonly<Record<string, Float64Array>>
): ReadonlyMap<Id, Float64Array> => {
  const outputs = ids.map((id) => ({ name: `${id}`, id }))
  const bound = Object.fromEntries(
    graph.nodes.flatMap(({ op, attrs, types }) => {
      if (op !== "input") return []
      const name = attrs["name"] as string
      const data = inputs[name] as Float64Array
      return [[name, types[0]?.dtype === "bool" ? Uint8Array.from(data) : data]]
    })
  )
  const found = runGraph({ ...graph, outputs, updates: [] }, bound, numberArithmetic, "exact").outputs
  return new Map(ids.map((id) => [id, Float64Array.from(found[`${id}`]?.data as ArrayLike<number>)]))
}

const typeOf = ({ nodes }: Graph, id: Id): TensorType.TensorType =>
  (nodes[id] as Node).types[0] as TensorType.TensorType

/** Words that stand behind everything that is written, and in it before. */
const guard = 0x7fc5_a5a5
const guards = 64

/** Runs kernels one after the other; what they write begins as what it is not. Throws where a word behind it is written. */
export const runKernels = async (
  device: GpuDevice,
  { graph, kernels, region }: Attention,
  given: ReadonlyMap<Id, Float64Array>,
  times = 1
): Promise<{ readonly written: ReadonlyMap<Id, Float32Array>; readonly milliseconds: number }> => {
  const ids = new Set(kernels.flatMap(({ values }) => values.map(({ of }) => of as Id)))
  const buffers = new Map(
    [...ids].map((id) => {
      const { dtype, shape } = typeOf(graph, id)
      const size = 4 * (Shape.size(shape) + guards)
      const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
      const buffer = device.createBuffer({ size, usage })
      const words = new Uint32Array(size / 4).fill(guard)
      const data = given.get(id)
      if (data !== undefined) {
        if (dtype === "bool") words.set(data)
        else new Float32Array(words.buffer).set(data)
      }
      device.queue.writeBuffer(buffer, 0, words)
      return [id, buffer]
    })
  )
  const pipelines = await Promise.all(
    kernels.map(async (kernel) => {
      const module = device.createShaderModule({ code: moduleText(kernel) })
      const entries = kernel.values.map(({ access }, binding) => ({
        binding,
        visibility: computeStage,
        buffer: { type: access === "read" ? "read-only-storage" : "storage" }
      }))
      const layout = device.createBindGroupLayout({ entries })
      const pipeline = await device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: "main" }
      })
      const bound = kernel.values.map(({ of, byVectors, dtype }, binding) => {
        const buffer = buffers.get(of as Id) as { readonly size: number }
        const words = Shape.size(typeOf(graph, of as Id).shape)
        if (byVectors && (words % 4 !== 0 || dtype !== "f32")) throw new Error("this is no array of vectors")
        return { binding, resource: { buffer: buffer as never, offset: 0, size: buffer.size } }
      })
      return { kernel, pipeline, group: device.createBindGroup({ layout, entries: bound }) }
    })
  )
  let milliseconds = Number.POSITIVE_INFINITY
  for (let time = 0; time < times; time++) {
    const encoder = device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (const { kernel, pipeline, group } of pipelines) {
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, group)
      pass.dispatchWorkgroups(kernel.groups)
    }
    pass.end()
    const from = performance.now()
    device.queue.submit([encoder.finish()])
    await device.queue.onSubmittedWorkDone()
    milliseconds = Math.min(milliseconds, performance.now() - from)
  }
  const written = new Map<Id, Float32Array>()
  for (const id of region.writes) {
    const buffer = buffers.get(id)
    if (buffer === undefined) continue
    const read = device.createBuffer({ size: buffer.size, usage: bufferUsage.copyTarget | bufferUsage.mapRead })
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(buffer, 0, read, 0, buffer.size)
    device.queue.submit([encoder.finish()])
    await read.mapAsync(mapRead)
    const words = new Uint32Array(read.getMappedRange().slice(0))
    read.destroy()
    const length = words.length - guards
    const bad = words.subarray(length).findIndex((word) => word !== guard)
    if (bad >= 0) throw new Error(`word ${bad} behind the end of %${id} is written`)
    written.set(id, new Float32Array(words.buffer, 0, length))
  }
  for (const buffer of buffers.values()) buffer.destroy()
  return { written, milliseconds }
}
