import { assert, describe, it } from "@effect/vitest"
import type { Computation, Program } from "@residual/graph"
import { type KernelTarget, programKernels } from "../../backends/src/webgpu/program/kernels.ts"
import { programTexts } from "../../backends/src/webgpu/program/programTexts.ts"
import { nullDevice } from "../../backends/test/webgpu/testDevice.ts"
import type { CaseName } from "../src/cases/caseList.ts"
import { gpt } from "../src/cases/gpt.ts"
import { lenet } from "../src/cases/lenet.ts"
import { tinyMlp } from "../src/cases/mlp.ts"
import { moduleErrors } from "./webgpu/moduleErrors.ts"
import { programOf, trainingOf, zoo } from "./webgpu/zoo.ts"

const bytes = 2 ** 27

/** Devices that kernels are written for: of each size of subgroups and without any, of few bindings and of many. */
const targets: ReadonlyArray<KernelTarget> = [undefined, 4, 8, 16, 32].flatMap((subgroupSize) =>
  [8, 16].flatMap((bindings) =>
    [true, false].map((vectors) => ({
      context: {
        limits: { sharedBytes: 16_384, threads: 256 },
        subgroups: subgroupSize !== undefined,
        ...(subgroupSize === undefined ? {} : { subgroupSize }),
        vectors
      },
      limits: { bindings, bytes, alignment: 256 }
    }))
  )
)

const usual: KernelTarget = {
  context: { limits: { sharedBytes: 32_768, threads: 256 }, subgroups: true, subgroupSize: 32, vectors: true },
  limits: { bindings: 8, bytes, alignment: 256 }
}

/** Floats that pass between kernels in 16 bits. */
const half: KernelTarget = { ...usual, half: true }

const written = (program: Program, target: KernelTarget) => {
  const kernels = programKernels(program, target)
  if ("limit" in kernels) throw new Error(`${kernels.limit}: ${kernels.needed} of ${kernels.allowed}`)
  return kernels
}

/** The text of each kernel, in order. */
const sourcesOf = (kernels: ReturnType<typeof written>, { limits }: KernelTarget): ReadonlyArray<string> => {
  const { expected, of } = programTexts(kernels, limits)
  return expected.map(({ dispatch, resolution }) => of(dispatch.kernel, resolution).source)
}

const bindingsOf = (source: string): number => source.match(/@binding\(/g)?.length ?? 0

/** So many bindings the null device has, and no more. */
const nullBindings = 8

const checked = new Set<string>()

/** What is wrong with a kernel's text; a text is checked once. */
const errorsOf = async (source: string): Promise<ReadonlyArray<string>> => {
  if (checked.has(source)) return []
  checked.add(source)
  const features = [
    ...(source.includes("enable subgroups;") ? ["subgroups"] : []),
    ...(source.includes("enable f16;") ? ["shader-f16"] : [])
  ]
  const { device, errors } = await nullDevice({ features })
  return bindingsOf(source) > nullBindings ? moduleErrors(device, source) : errors(source)
}

describe("the kernels of all models", () => {
  it.each(Object.entries(zoo))("are valid on every device, and keep to its limits: %s", async (_, compose) => {
    const program = programOf(compose())
    for (const target of [...targets, usual, half]) {
      const kernels = written(program, target)
      for (const { kernel } of kernels.dispatches) {
        const shared = kernel.shared.reduce((sum, memory) => sum + memory.bytes, 0)
        assert.isAtMost(shared, target.context.limits.sharedBytes, kernel.name)
        assert.isAtMost(kernel.threads, target.context.limits.threads, kernel.name)
      }
      const sources = sourcesOf(kernels, target)
      assert.isAtLeast(sources.length, kernels.dispatches.length)
      for (const source of sources) {
        assert.isAtMost(bindingsOf(source), target.limits.bindings)
        const errors = await errorsOf(source)
        if (errors.length > 0) assert.fail(`${errors.join("\n")}\n${source}`)
      }
    }
  })

  it.each(Object.entries(zoo))("have the same texts whenever they are written: %s", (_, compose) => {
    const texts = (): ReadonlyArray<string> => sourcesOf(written(programOf(compose()), usual), usual)
    assert.deepStrictEqual(texts(), texts())
  })

  it("would be refused if one were not", async () => {
    const [source] = sourcesOf(written(programOf(trainingOf(tinyMlp("sgd"))), usual), usual)
    const wrong = (source as string).replace("fn main(", "fn main(unknown: float, ")
    const { device } = await nullDevice({ features: ["subgroups"] })
    assert.deepStrictEqual(await moduleErrors(device, source as string), [])
    for (const errors of [await errorsOf(wrong), await moduleErrors(device, wrong)]) {
      assert.match(errors.join(), /^line \d+: unresolved type 'float'/)
    }
  })
})

/** The most dispatches that a step may be, on a device with subgroups of 32. */
const dispatches: Partial<Record<CaseName, readonly [() => Computation, number]>> = {
  "W5-small": [() => trainingOf(gpt("small")), 120],
  "W6-lenet": [() => trainingOf(lenet()), 30],
  "W4-adam": [() => trainingOf(tinyMlp("adam")), 8],
  "W4-sgd": [() => trainingOf(tinyMlp("sgd")), 8]
}

describe("a step of training", () => {
  it.each(Object.entries(dispatches))("is few dispatches: %s", (_, [compose, most]) => {
    const kernels = written(programOf(compose()), usual)
    assert.isAtMost(sourcesOf(kernels, usual).length, most)
  })
})
