import { layer } from "@effect/vitest"
import * as Cpu from "@residual/backends/cpu"
import { backendLaws } from "../src/index.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

// A device in a worker is the one that is tried elsewhere, so that a few laws of ops show that nothing is lost on the way.
const laws = backendLaws({ runs: long ? 20 : 2 }).filter(
  ({ name }) =>
    long || !/ in f(32|64) is the reference's$/.test(name) || /^(matmul|gather|where|split|layerNorm) /.test(name)
)

layer(Cpu.layer({ threads: 1, host: "worker" }), { excludeTestServices: true })("the CPU backend in a worker", (it) => {
  for (const { name, check } of laws) it.effect(name, () => check)
})
