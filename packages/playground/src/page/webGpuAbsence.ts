/** Why WebGPU cannot be used in this page at all and what helps, or nothing where the page has it. */
export const webGpuAbsence = (): string | undefined => {
  if ((navigator as { readonly gpu?: unknown }).gpu !== undefined) return undefined
  return isSecureContext
    ? "This browser offers no WebGPU. Current versions of Chrome, Edge, Safari and Firefox do on most systems; on Linux, Chrome may need chrome://flags/#enable-unsafe-webgpu. Reference and CPU work here."
    : "Browsers offer WebGPU only to pages that are served over https or from localhost, and this one is not. Reference and CPU work here."
}
