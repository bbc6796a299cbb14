import { get, nothing, sequence, set } from "../wasm/code.ts"
import { counting } from "../wasm/control.ts"
import type { WasmFunction } from "../wasm/function.ts"
import { fillBytes, i32 } from "../wasm/instructions.ts"
import { choosePlan } from "./choosePlan.ts"
import { lanesOf } from "./lanes.ts"
import { multiplyFunction } from "./multiplyFunction.ts"
import type { ProductKernel, ProductSpec } from "./productSpec.ts"
import { tiledProduct } from "./tiledProduct.ts"

/** The code of a product, chosen by its sizes and by how its operands lie. */
export const productKernel = (spec: ProductSpec): ProductKernel => {
  if (spec.m === 0 || spec.k === 0 || spec.n === 0) return emptyProduct(spec)
  const lanes = lanesOf(spec.dtype, spec.fused)
  const { product, plan } = choosePlan(lanes, spec)
  return tiledProduct(lanes, product, plan)
}

/** Nothing, or sums of nothing. */
const emptyProduct = (spec: ProductSpec): ProductKernel => ({
  packedBytes: 0,
  packedColumnBytes: 0,
  scratchBytes: 0,
  rowBlock: 64,
  columnUnit: 1,
  rowUnit: 1,
  multiply: zeros(spec)
})

const zeros = ({ dtype, m, n, rowStride }: ProductSpec): WasmFunction =>
  multiplyFunction(({ c, rowFrom, rowTo, columnFrom, columnTo }) => {
    if (m === 0 || n === 0) return nothing
    const { bytes } = lanesOf(dtype, false)
    const rowBytes = i32.mul(i32.sub(get(columnTo), get(columnFrom)), i32.constant(bytes))
    const next = set(c, i32.add(get(c), i32.constant(rowStride * bytes)))
    return counting(rowFrom, get(rowFrom), get(rowTo), 1, sequence(fillBytes(get(c), i32.constant(0), rowBytes), next))
  })
