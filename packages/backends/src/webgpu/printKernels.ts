import type { Program } from "@residual/graph"
import { type KernelTarget, programKernels } from "./program/kernels.ts"
import { programTexts } from "./program/programTexts.ts"

/**
 * What kernels are printed for: a device that has what every WebGPU device must have, where nothing else is said.
 *
 * ```ts
 * import type { PrintKernelsOptions } from "@residual/backends/webgpu"
 * const nvidia: PrintKernelsOptions = { subgroupSize: 32 }
 * nvidia.subgroupSize // => 32
 * ```
 */
export interface PrintKernelsOptions {
  /** How many invocations a subgroup has at least; none by default. */
  readonly subgroupSize?: number
  /** Whether floats that pass between kernels are kept in 16 bits: false by default. */
  readonly halfPrecision?: boolean
}

/** What every WebGPU device has; buffers may be of any size. */
const targetOf = ({ subgroupSize, halfPrecision = false }: PrintKernelsOptions): KernelTarget => ({
  context: {
    limits: { sharedBytes: 16_384, threads: 256 },
    subgroups: subgroupSize !== undefined,
    ...(subgroupSize === undefined ? {} : { subgroupSize }),
    vectors: true
  },
  limits: { bindings: 8, bytes: 2 ** 32, alignment: 256 },
  half: halfPrecision
})

/**
 * The kernels that a program runs on a GPU, in order, as WGSL. Each is headed by its name, the regions that it computes,
 * and its workgroups; what has the same text as one before is not printed again. `buffer0` and so on are the values that a
 * kernel reads and writes; `group` and `thread` say which workgroup an invocation belongs to, and which of its invocations
 * it is.
 *
 * ```ts
 * import { printKernels } from "@residual/backends/webgpu"
 * import { input, op } from "@residual/core"
 * import { compile } from "@residual/graph"
 * import * as Either from "fp-ts/lib/Either.js"
 * const program = compile({ outputs: { y: op.mul(input("x", [3]), 2) } }, { claims: new Set() })
 * const text = Either.isRight(program) ? printKernels(program.right) : ""
 * text.includes("= e0 * 2.0f;") // => true
 * ```
 */
export const printKernels = (program: Program, options: PrintKernelsOptions = {}): string => {
  const target = targetOf(options)
  const kernels = programKernels(program, target)
  if ("limit" in kernels) {
    const { kernel, limit, needed, allowed } = kernels
    return `// ${kernel} needs ${needed} of ${limit}, which is ${allowed}\n`
  }
  const printed = new Map<string, number>()
  const { expected, of } = programTexts(kernels, target.limits)
  const texts = expected.map(({ dispatch, resolution: asked }, at) => {
    const { source, resolution } = of(dispatch.kernel, asked)
    const before = printed.get(source)
    const { kernel, regions } = dispatch
    const { table, binding } = resolution
    const sizes = binding.values.some(({ inTable }) => inTable) || table.length === 0 ? [] : [`for ${table.join(", ")}`]
    const parts = [kernel.name, `of ${counted(regions)}`, `in ${plural(resolution.groups, "workgroup")}`, ...sizes]
    const head = `// ${at}: ${parts.join(", ")}`
    if (before !== undefined) return `${head}, with the text of ${before}\n`
    printed.set(source, at)
    return `${head}\n\n${source}`
  })
  return texts.join("\n")
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const counted = (regions: ReadonlyArray<number>): string =>
  `${regions.length === 1 ? "region" : "regions"} ${regions.join(", ")}`
