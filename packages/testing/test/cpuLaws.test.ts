import { layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import { backendLaws } from "../src/index.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

/** The ways in which programs are compiled, and how many cases of each law are tried: every law holds for each. */
const ways: ReadonlyArray<readonly [name: string, options: Cpu.CpuOptions, runs: number]> = [
  ["the CPU backend, with fused products and sums where the engine has them", { threads: 1 }, 3],
  ["the CPU backend, without them", { threads: 1, relaxedSimd: false }, 2],
  ["the CPU backend on two threads, which share every program", { threads: 2, shareFrom: 0 }, 2]
]

for (const [name, options, few] of ways) {
  const runs = long ? 100 : few
  layer(Cpu.layer(options), { excludeTestServices: true })(name, (it) => {
    for (const { name, check } of backendLaws({ runs })) it.effect(name, () => check)
  })
}
