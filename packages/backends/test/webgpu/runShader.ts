import { bufferUsage, computeStage, type GpuDevice, mapRead } from "../../src/webgpu/gpu/api.ts"

/** A shader whose `main` writes into the one buffer that it binds, how many workgroups run it, and what it writes. */
export interface Shader {
  readonly code: string
  readonly groups: number
  /** How many words of 32 bits its buffer has. */
  readonly words: number
}

/** What a shader writes; an error where the device refuses it. */
export const runShader = async (device: GpuDevice, { code, groups, words }: Shader): Promise<Uint32Array> => {
  const size = 4 * words
  const out = device.createBuffer({ size, usage: bufferUsage.storage | bufferUsage.copySource })
  const read = device.createBuffer({ size, usage: bufferUsage.copyTarget | bufferUsage.mapRead })
  const layout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: computeStage, buffer: { type: "storage" } }]
  })
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" }
  })
  // Until the scope ends nothing is waited for: others use the device too, and scopes are a stack.
  device.pushErrorScope("validation")
  const group = device.createBindGroup({
    layout,
    entries: [{ binding: 0, resource: { buffer: out, offset: 0, size } }]
  })
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, group)
  pass.dispatchWorkgroups(groups)
  pass.end()
  encoder.copyBufferToBuffer(out, 0, read, 0, size)
  device.queue.submit([encoder.finish()])
  const invalid = await device.popErrorScope()
  if (invalid !== null) throw new Error(invalid.message)
  await read.mapAsync(mapRead)
  const written = new Uint32Array(read.getMappedRange().slice(0))
  out.destroy()
  read.destroy()
  return written
}
