import { runNode } from "../run.ts"
import { driverEnvironment } from "./driverEnvironment.ts"

/** The WebGPU adapter that tests have, or why they have none. */
export type FoundAdapter =
  | { readonly name: string; readonly reason?: undefined }
  | { readonly name?: undefined; readonly reason: string }

/** Asks for an adapter as tests do, in a process of its own. */
export const findAdapter = async (): Promise<FoundAdapter> => {
  const { code, stdout, output } = await runNode(".tools/webgpu/requestAdapter.ts", [], {
    env: { ...process.env, ...driverEnvironment() }
  })
  if (code !== 0) return { reason: `asking for an adapter ended with ${code}: ${output.trim().split("\n").at(-1)}` }
  return JSON.parse(stdout)
}
