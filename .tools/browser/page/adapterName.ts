/** What the page's WebGPU adapter calls itself; nothing where it has none. */
export const adapterName = async (): Promise<string | undefined> => {
  const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<{ readonly info: Info } | null> } }
  const { vendor, architecture } = (await gpu?.requestAdapter())?.info ?? {}
  return vendor === undefined ? undefined : `${vendor} ${architecture}`
}

interface Info {
  readonly vendor: string
  readonly architecture: string
}
