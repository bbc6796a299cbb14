import { lines } from "../../lines.ts"
import { productKernel } from "../../product/productKernel.ts"
import type { ProductKernel, ProductSpec } from "../../product/productSpec.ts"
import { type Code, get, type Local, nothing, sequence, set } from "../../wasm/code.ts"
import { call } from "../../wasm/control.ts"
import type { MakeLocal } from "../../wasm/function.ts"
import { i32 } from "../../wasm/instructions.ts"
import type { KernelContext } from "../kernels.ts"

/** Products of one kernel, which take turns in its scratch memory. */
export interface BlockProducts {
  /** Multiplies all of what a spec describes: where A, B and C start. */
  readonly multiply: (spec: ProductSpec, a: Code, b: Code, c: Code) => Code
  /** Bytes of scratch memory that the products asked for so far need. */
  readonly bytes: () => number
}

/** Products that work in scratch memory which starts at a local. */
export const blockProducts = (context: KernelContext, scratch: Local, local: MakeLocal): BlockProducts => {
  let most = 0
  const multiply = (given: ProductSpec, a: Code, b: Code, c: Code): Code => {
    const spec = { ...given, ...context.tiles }
    const product = context.once(`multiply ${JSON.stringify(spec)}`, (): ProductKernel => productKernel(spec))
    const packed = lines(product.packedBytes)
    most = Math.max(most, packed + lines(product.scratchBytes))
    const [first, second, target] = [local("i32"), local("i32"), local("i32")]
    const zero = i32.constant(0)
    const [rows, columns] = [i32.constant(spec.m), i32.constant(spec.n)]
    return sequence(
      set(first, a),
      set(second, b),
      set(target, c),
      product.pack === undefined ? nothing : call(product.pack, get(second), get(scratch), zero, columns),
      call(
        product.multiply,
        get(first),
        get(second),
        get(scratch),
        get(target),
        i32.add(get(scratch), i32.constant(packed)),
        zero,
        rows,
        zero,
        columns
      )
    )
  }
  return { multiply, bytes: () => most }
}
