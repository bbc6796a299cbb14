import type { Kernel, KernelValue, SharedMemory, ValueAccess } from "../wgsl/kernel.ts"
import { block } from "./loopText.ts"
import { usualThreads } from "./rowPlan.ts"

const keyOf = ({ of }: KernelValue): string => (typeof of === "number" ? `${of}` : of.scratch)

/** The shared memory of kernels that take turns: what has the same name is the same. */
export const sharedOf = (kernels: ReadonlyArray<Kernel>): ReadonlyArray<SharedMemory> => {
  const shared = new Map<string, SharedMemory>()
  for (const memory of kernels.flatMap((kernel) => kernel.shared)) {
    const known = shared.get(memory.name)
    if (known !== undefined && known.type !== memory.type) throw new Error(`"${memory.name}" is of two types`)
    shared.set(memory.name, memory)
  }
  return [...shared.values()]
}

/**
 * Kernels with little to do as one, whose only workgroup computes them one after the other: what they do is over sooner
 * than as many dispatches are started.
 */
export const mergedKernel = (kernels: ReadonlyArray<Kernel>): Kernel => {
  const values: Array<KernelValue> = []
  const numbers = new Map<string, number>()
  const numbersOf = kernels.map((kernel) =>
    kernel.values.map((value) => {
      const key = keyOf(value)
      const known = numbers.get(key)
      if (known === undefined) {
        numbers.set(key, values.length)
        return values.push(value) - 1
      }
      const before = values[known] as KernelValue
      if (before.access !== value.access) values[known] = { ...before, access: "both" }
      return known
    })
  )
  const shared = sharedOf(kernels)
  const body = (access: ValueAccess): string =>
    kernels
      .flatMap((kernel, at) => {
        const number = (value: number): number => numbersOf[at]?.[value] as number
        const text = kernel.body({
          load: (value, index) => access.load(number(value), index),
          store: (value, index, element) => access.store(number(value), index, element),
          word: access.word
        })
        const meets = kernel.shared.length > 0
        const lines = [...text.split("\n"), ...(meets && kernel.groups > 1 ? ["workgroupBarrier();"] : [])]
        return [
          ...(kernel.groups === 1
            ? block("", ["let group = 0;", ...lines])
            : block(`for (var group = 0; group < ${kernel.groups}; group++)`, lines)),
          ...(at === kernels.length - 1 ? [] : ["storageBarrier();", "workgroupBarrier();"])
        ]
      })
      .join("\n")
  return {
    name: "small kernels",
    values,
    threads: usualThreads,
    groups: 1,
    shared,
    ...(kernels.some(({ usesSubgroups }) => usesSubgroups === true) ? { usesSubgroups: true } : {}),
    functions: new Set(kernels.flatMap(({ functions }) => [...functions])),
    body
  }
}
