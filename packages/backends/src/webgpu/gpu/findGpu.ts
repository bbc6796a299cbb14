import type { Gpu } from "./api.ts"

/** Why there is no WebGPU here, for people. */
export interface NoGpu {
  readonly reason: string
}

/**
 * What the package `webgpu` made: it crashes the process when it is collected while something of it is still at work, so it
 * is kept as long as the process, by the name that says so.
 */
const kept = globalThis as { "~residual/webgpu"?: Promise<Gpu | NoGpu> }

const fromPackage = async (): Promise<Gpu | NoGpu> => {
  try {
    // A page's bundle is not to look for it.
    const path = "webgpu"
    const { create } = (await import(/* @vite-ignore */ path)) as {
      readonly create: (options: ReadonlyArray<string>) => Gpu
    }
    return create([])
  } catch (cause) {
    const isMissing = (cause as { readonly code?: string }).code === "ERR_MODULE_NOT_FOUND"
    const how = "install the package webgpu (npm install webgpu)"
    return { reason: isMissing ? `Node has no WebGPU by itself: ${how}` : `the package webgpu does not load: ${cause}` }
  }
}

/** Where adapters are found: the page's own, or the package `webgpu`'s in Node. */
export const findGpu = (): Promise<Gpu | NoGpu> => {
  const { navigator, process } = globalThis as {
    readonly navigator?: { readonly gpu?: Gpu }
    readonly process?: { readonly versions?: { readonly node?: string } }
  }
  if (navigator?.gpu !== undefined) return Promise.resolve(navigator.gpu)
  if (process?.versions?.node === undefined) {
    const reason = "this browser has no WebGPU, or the page is not served by https: see https://caniuse.com/webgpu"
    return Promise.resolve({ reason })
  }
  kept["~residual/webgpu"] ??= fromPackage()
  return kept["~residual/webgpu"]
}
