import { fileURLToPath } from "node:url"

/** A system that computes on a GPU, and the module that measures it. */
export interface GpuModule {
  readonly name: string
  readonly own: boolean
  /** The module's path. */
  readonly path: string
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** This framework's. */
export const ownModule: GpuModule = { name: "Residual webgpu", own: true, path: at("own.ts") }

/** Those of others that have a WebGPU backend. */
export const peerModules = {
  tfjs: { name: "TensorFlow.js webgpu", own: false, path: at("../../../peers/tfjs/gpu/page.mjs") },
  jaxjs: { name: "jax-js webgpu", own: false, path: at("../../../peers/jaxjs/gpu/page.mjs") }
} as const satisfies Readonly<Record<string, GpuModule>>
