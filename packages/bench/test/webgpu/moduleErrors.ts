import type { GpuDevice } from "../../../backends/src/webgpu/gpu/api.ts"

/** What is wrong with WGSL by itself, whatever a device may be bound to. */
export const moduleErrors = async (device: GpuDevice, code: string): Promise<ReadonlyArray<string>> => {
  device.pushErrorScope("validation")
  const module = device.createShaderModule({ code })
  const [invalid, { messages }] = await Promise.all([device.popErrorScope(), module.getCompilationInfo()])
  const errors = messages.flatMap(({ type, lineNum, message }) =>
    type === "error" ? [`line ${lineNum}: ${message}`] : []
  )
  return errors.length === 0 && invalid !== null ? [invalid.message] : errors
}
