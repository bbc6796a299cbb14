import { get } from "./wasm/code.ts"
import { functionOf } from "./wasm/function.ts"
import { f32x4 } from "./wasm/instructions.ts"
import { moduleBytes } from "./wasm/module.ts"
import * as WebAssembly from "./webassembly.ts"

/**
 * Whether a relaxed multiply-add rounds once on this machine: engines may compute a product and a sum instead, as they do
 * on processors that cannot fuse them.
 */
export const roundsOnce = (): boolean => {
  try {
    return leavesARemainder()
  } catch {
    // No module can be compiled, which is told where a program is loaded.
    return false
  }
}

const leavesARemainder = (): boolean => {
  const fused = functionOf(["f32", "f32", "f32"], ["f32"], (given) => {
    const [a, b, c] = given.map((each) => f32x4.splat(get(each)))
    return f32x4.extractLane(f32x4.relaxedMultiplyAdd(a as never, b as never, c as never), 0)
  })
  const memory = new WebAssembly.Memory({ initial: 1 })
  const imported = { module: "residual", name: "memory", minimum: 1, shared: false }
  const module = new WebAssembly.Module(moduleBytes({ memory: imported, exports: { fused } }))
  const { exports } = new WebAssembly.Instance(module, { residual: { memory } })
  // (1 + ε)(1 - ε) - 1 = -ε², which is 0 where the product is rounded to 1 before.
  const step = 2 ** -23
  return (exports["fused"] as (a: number, b: number, c: number) => number)(1 + step, 1 - step, -1) !== 0
}
