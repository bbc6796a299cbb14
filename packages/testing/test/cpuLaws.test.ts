import { layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import { backendLaws } from "../src/index.ts"

const runs = process.env["RESIDUAL_LONG"] === "1" ? 100 : 3

/** The ways in which programs are compiled: every law holds for each. */
const ways: ReadonlyArray<readonly [name: string, options: Cpu.CpuOptions]> = [
  ["the CPU backend, with fused products and sums where the engine has them", { threads: 1 }],
  ["the CPU backend, without them", { threads: 1, relaxedSimd: false }],
  ["the CPU backend on two threads, which share every program", { threads: 2, shareFrom: 0 }]
]

for (const [name, options] of ways) {
  layer(Cpu.layer(options), { excludeTestServices: true })(name, (it) => {
    for (const { name, check } of backendLaws({ runs })) it.effect(name, () => check)
  })
}
