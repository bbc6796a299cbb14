// Prints as JSON which WebGPU adapter this process has, or why it has none.
import type { FoundAdapter } from "./findAdapter.ts"

const found = async (): Promise<FoundAdapter> => {
  const { create } = await import("webgpu")
  const gpu = create([])
  // Kept to the end of the process, as the package wants.
  Object.assign(globalThis, { gpu })
  const adapter = await gpu.requestAdapter()
  if (adapter === null) return { reason: "this machine has no adapter" }
  const { vendor, architecture, description } = adapter.info
  return { name: [vendor, architecture, description].filter((part) => part !== "").join(" ") }
}

const adapter = await found().catch(
  (cause: unknown): FoundAdapter => ({ reason: `the package webgpu does not load here: ${(cause as Error).message}` })
)
process.stdout.write(JSON.stringify(adapter))
