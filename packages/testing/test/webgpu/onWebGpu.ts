import { describe, layer, type Vitest } from "@effect/vitest"
import type { Backend, ProgramCache } from "@residual/backends"
import * as WebGpu from "@residual/backends/webgpu"
import { hasAdapter, testAdapter } from "../../../backends/test/webgpu/testDevice.ts"

type Tests = (it: Vitest.MethodsNonLive<Backend | ProgramCache>) => void

const { vendor, architecture } = testAdapter?.info ?? {}

/** Whether this process computes with an adapter in software, whose sums and products are those of IEEE 754. */
const isSoftware = architecture === "swiftshader" || vendor === "mesa"

const describedIf =
  (condition: boolean) =>
  (name: string, options: WebGpu.WebGpuOptions, tests: Tests): void => {
    describe.runIf(condition)(name, () => {
      layer(WebGpu.layer(options), { excludeTestServices: true })(tests)
    })
  }

/** Tests on this machine's adapter. Where it has none, `npm test` says that they did not run. */
export const onWebGpu = describedIf(hasAdapter)

/** Tests of results to the bit, for which adapters in software alone are good. */
export const onSoftwareWebGpu = describedIf(isSoftware)
