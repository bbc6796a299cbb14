import { readFileSync } from "node:fs"
import type { Tensors } from "@residual/models"

const fixture = (name: string): Buffer => readFileSync(new URL(`../../testing/fixtures/${name}`, import.meta.url))

interface Entry {
  readonly data_offsets: readonly [number, number]
}

/** The float64 tensors of a safetensors file. */
const tensorsOf = (file: Buffer): Tensors => {
  const start = 8 + Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.subarray(8, start).toString()) as Readonly<Record<string, Entry>>
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          data_offsets: [from, to]
        }
      ]) => [name, Float64Array.from({ length: (to - from) / 8 }, (_, at) => file.readDoubleLE(start + from + 8 * at))]
    )
  )
}

interface Step {
  readonly x: ReadonlyArray<ReadonlyArray<number>>
  readonly y: ReadonlyArray<ReadonlyArray<number>>
  readonly loss: number
  readonly gradientNorm: number
}

interface Recorded {
  readonly config: {
    readonly vocabSize: number
    readonly blockSize: number
    readonly layers: number
    readonly heads: number
    readonly width: number
  }
  readonly steps: ReadonlyArray<Step>
}

const { config, steps } = JSON.parse(fixture("gpt.json").toString()) as Recorded

/** The model that PyTorch trained, its first parameters under GPT-2's names, and the first step of training. */
export const recorded = {
  options: {
    vocabulary: config.vocabSize,
    context: config.blockSize,
    layers: config.layers,
    heads: config.heads,
    width: config.width
  },
  parameters: tensorsOf(fixture("gpt.init.safetensors")),
  first: steps[0] as Step
}
