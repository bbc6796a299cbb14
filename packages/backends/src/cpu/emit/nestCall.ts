import type { Id } from "@residual/graph"
import type { Nest } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import type { Local } from "../wasm/code.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import type { KernelCall, KernelContext } from "./kernels.ts"
import { nestCode, rangeUnit } from "./nestCode.ts"
import { nestKey, operandsOf } from "./nestKey.ts"
import { rootsOf } from "./vectorLoop.ts"

/** A nest of loops as a kernel: its rows are shared out between threads. */
export const nestCall = (nest: Nest, context: KernelContext): KernelCall => {
  const operands = operandsOf(nest)
  const { reads, writes } = operands
  const kernel = context.once(`nest ${nestKey(nest, operands)}`, () => nestFunction(nest, reads, writes, context))
  return {
    kernel,
    reads,
    writes,
    pieces: nest.kept[0]?.size ?? 1,
    isShared: nest.kept.length > 0,
    unit: rangeUnit(nest),
    scratchBytes: 0,
    cost: nestCost(nest)
  }
}

const nestFunction = (
  nest: Nest,
  reads: ReadonlyArray<Id>,
  writes: ReadonlyArray<Id>,
  context: KernelContext
): WasmFunction => {
  const types = [...reads, ...writes, "scratch", "from", "to"].map(() => "i32" as const)
  return functionOf(types, [], (params, local) => {
    const [from, to] = params.slice(-2) as [Local, Local]
    return nestCode(nest, {
      local,
      scalar: context.scalar(local),
      vector: context.vector(local),
      random: context.random,
      pointer: (id, access) =>
        params[access === "read" ? reads.indexOf(id) : reads.length + writes.indexOf(id)] as Local,
      ...(nest.kept.length === 0 ? {} : { range: { from, to } })
    })
  })
}

const functions: ReadonlySet<string> = new Set([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "atan",
  "tanh",
  "erf",
  "pow"
])

/** About how many nanoseconds a nest takes. */
export const nestCost = (nest: Nest): number => {
  const steps = [...nest.kept, ...nest.reduced].reduce((product, { size }) => product * size, 1)
  let work = 0
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "operation") work += functions.has(element.op) ? 1 : 0.06
    else if (element.kind === "random") work += 3
    else if (element.kind !== "number") work += 0.1
  })
  return steps * Math.max(0.1, work)
}
