import * as WebAssembly from "../webassembly.ts"

/**
 * Whether threads can share a memory here. In browsers that takes a page that is isolated from other origins. Where it is
 * not so, programs run on one thread.
 */
export const canShareMemory = (): boolean => {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean }
  if (typeof SharedArrayBuffer === "undefined" || crossOriginIsolated === false) return false
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer instanceof SharedArrayBuffer
  } catch {
    return false
  }
}
