/** Which WebGPU adapter this thread has, by one of its devices; null where it has none. */
export const adapter = async () => {
  const found = await navigator.gpu?.requestAdapter()
  if (!found) return null
  const device = await found.requestDevice()
  return device.adapterInfo.architecture
}
