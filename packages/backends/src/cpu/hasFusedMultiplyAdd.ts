import { get } from "./wasm/code.ts"
import { functionOf } from "./wasm/function.ts"
import { f32x4 } from "./wasm/instructions.ts"
import { moduleBytes } from "./wasm/module.ts"
import * as WebAssembly from "./webassembly.ts"

/** Whether the engine has relaxed fused multiply-add: whether it takes a module that holds one. */
export const hasFusedMultiplyAdd = (): boolean => {
  const fused = functionOf(["v128"], ["v128"], ([x]) => {
    const operand = get(x as never)
    return f32x4.relaxedMultiplyAdd(operand, operand, operand)
  })
  const memory = { module: "residual", name: "memory", minimum: 1, shared: false }
  return WebAssembly.validate(moduleBytes({ memory, exports: { fused } }))
}
