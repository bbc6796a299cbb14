import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import * as WebGpu from "@residual/backends/webgpu"

/** What runs are tried on. Programs as small as theirs are shared by threads only where that is asked for. */
export const backends = {
  reference: () => Reference.layer(),
  "cpu on one thread": () => Cpu.layer({ threads: 1 }),
  "cpu on two threads": () => Cpu.layer({ threads: 2, shareFrom: 0 }),
  "cpu without relaxed SIMD": () => Cpu.layer({ threads: 1, relaxedSimd: false }),
  webgpu: () => WebGpu.layer()
}

export type BackendName = keyof typeof backends
