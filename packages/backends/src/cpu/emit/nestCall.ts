import { namesText } from "../../kernel/namesText.ts"
import { type Nest, rootsOf } from "../../kernel/nest.ts"
import { visitElements } from "../../kernel/visitIndices.ts"
import { lines } from "../lines.ts"
import { get, type Local, sequence, set } from "../wasm/code.ts"
import { functionOf, type WasmFunction } from "../wasm/function.ts"
import { i32 } from "../wasm/instructions.ts"
import { functionOps } from "./functionOps.ts"
import { type KeepingNest, keepBetweenPasses, keptNumber } from "./keepBetweenPasses.ts"
import type { KernelCall, KernelContext } from "./kernels.ts"
import { nestCode, rangeUnit } from "./nestCode.ts"
import { type NestOperands, nestKey, operandsOf } from "./nestKey.ts"

/** A nest of loops as a kernel: its rows are shared out between threads. */
export const nestCall = (loops: Nest, context: KernelContext): KernelCall => {
  const keeping = keepBetweenPasses(loops)
  const { nest } = keeping
  const operands = operandsOf(nest)
  const { reads, writes } = operands
  const kernel = context.once(`nest ${nestKey(nest, operands)}`, () => nestFunction(keeping, operands, context))
  return {
    name: `loops ${sizesText(nest)}${operationsText(nest)}`,
    kernel,
    reads,
    writes,
    pieces: nest.kept[0]?.size ?? 1,
    isShared: nest.kept.length > 0,
    unit: rangeUnit(nest),
    scratchBytes: keeping.kept * keptBytes(keeping),
    cost: nestCost(loops)
  }
}

const keptBytes = ({ length }: KeepingNest): number => lines(4 * length)

const nestFunction = (keeping: KeepingNest, { reads, writes }: NestOperands, context: KernelContext): WasmFunction => {
  const { nest, kept } = keeping
  const types = [...reads, ...writes, "scratch", "from", "to"].map(() => "i32" as const)
  return functionOf(types, [], (params, local) => {
    const [scratch, from, to] = params.slice(-3) as [Local, Local, Local]
    const own = Array.from({ length: kept }, () => local("i32"))
    const places = own.map((at, number) => set(at, i32.add(get(scratch), i32.constant(number * keptBytes(keeping)))))
    const { context: vector, before } = context.vector(local)
    const loops = nestCode(nest, {
      local,
      scalar: context.scalar(local),
      vector,
      random: context.random,
      pointer: (id, access) => {
        const number = keptNumber(id)
        if (number !== undefined) return own[number] as Local
        const place = writes.indexOf(id)
        return params[access === "read" && place < 0 ? reads.indexOf(id) : reads.length + place] as Local
      },
      ...(nest.kept.length === 0 ? {} : { range: { from, to } })
    })
    return sequence(...places, before, loops)
  })
}

/** The steps of a nest's loops, those over a row's elements in brackets. */
const sizesText = ({ kept, reduced }: Nest): string => {
  const rows = kept.map(({ size }) => size).join("x")
  return reduced.length === 0 ? rows || "1" : `${rows}[${reduced.map(({ size }) => size).join("x")}]`
}

/** What a nest computes, reductions first. */
export const operationsText = (nest: Nest): string => {
  const names = nest.passes.flatMap(({ reductions }) => reductions.map(({ op }) => op))
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "operation") names.push(element.op)
    else if (element.kind === "random") names.push("random")
  })
  return names.length === 0 ? "" : `: ${namesText(names)}`
}

/** About how many nanoseconds a nest takes. */
export const nestCost = (nest: Nest): number => {
  const steps = [...nest.kept, ...nest.reduced].reduce((product, { size }) => product * size, 1)
  let work = 0
  visitElements(rootsOf(nest), (element) => {
    if (element.kind === "operation") work += functionOps.has(element.op) ? 1 : 0.06
    else if (element.kind === "random") work += 3
    else if (element.kind !== "number") work += 0.1
  })
  return steps * Math.max(0.1, work)
}
