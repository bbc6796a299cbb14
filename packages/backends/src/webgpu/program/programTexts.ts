import type { Kernel } from "../wgsl/kernel.ts"
import { shaderSource } from "../wgsl/shaderSource.ts"
import { sharedTexts } from "../wgsl/sharedTexts.ts"
import type { Dispatch } from "./dispatches.ts"
import type { ProgramKernels } from "./locating.ts"
import type { BindingLimits, Resolution } from "./resolution.ts"

/** A kernel's text, and how the kernel is bound: as was asked for, but for numbers that its table may hold. */
export interface KernelText<Memory> {
  readonly source: string
  readonly resolution: Resolution<Memory>
}

/** The texts of a program's kernels. */
export interface ProgramTexts {
  /** How kernels will most likely be bound, in order: what `of` is to be asked for. */
  readonly expected: ReadonlyArray<{ readonly dispatch: Dispatch; readonly resolution: Resolution<string> }>
  /** As they are bound: a text is written when it is asked for first, but for those that others may be the same as. */
  readonly of: <Memory>(kernel: Kernel, resolution: Resolution<Memory>) => KernelText<Memory>
}

/** Writes each kernel once for each way to bind it. */
const writer = (): ((kernel: Kernel, resolution: Resolution<unknown>) => string) => {
  const written = new Map<Kernel, Map<string, string>>()
  return (kernel, { binding, groups }) => {
    const texts = written.get(kernel) ?? new Map<string, string>()
    written.set(kernel, texts)
    const key = JSON.stringify([binding, groups])
    const known = texts.get(key)
    if (known !== undefined) return known
    const source = shaderSource(kernel, binding, groups)
    texts.set(key, source)
    return source
  }
}

/** The texts of a program's kernels, of which those that differ only in sizes are one, where their kernels allow it. */
export const programTexts = (
  { dispatches, expected }: ProgramKernels,
  { bindings: mostBindings }: BindingLimits
): ProgramTexts => {
  const sourceOf = writer()
  const mayHaveTable = ({ mayReadSizes }: Kernel, { binding }: Resolution<unknown>): boolean =>
    mayReadSizes === true && !binding.hasTable && binding.windows.length < mostBindings
  const each = dispatches.flatMap((dispatch, at) =>
    (expected[at] ?? []).map((resolution) => ({ dispatch, resolution }))
  )
  const shared = sharedTexts(
    each.flatMap(({ dispatch: { kernel }, resolution }) =>
      mayHaveTable(kernel, resolution) ? [sourceOf(kernel, resolution)] : []
    )
  )
  const of: ProgramTexts["of"] = (kernel, resolution) => {
    const source = sourceOf(kernel, resolution)
    const found = mayHaveTable(kernel, resolution) ? shared.get(source) : undefined
    if (found === undefined) return { source, resolution }
    const binding = { ...resolution.binding, hasTable: true }
    return { source: found.source, resolution: { ...resolution, binding, table: found.numbers } }
  }
  return { expected: each, of }
}
