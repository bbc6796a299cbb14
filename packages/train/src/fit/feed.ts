import { type Executable, Tensor } from "@residual/backends"
import { HostRandom, type TensorType } from "@residual/core"
import type { Batch } from "../data/batch.ts"
import { scalarOf } from "../step/scalarInput.ts"

/**
 * What a step reads beside its batch. A program need not read all of it: a loss that draws nothing reads no `key`.
 *
 * ```ts
 * import { type StepInputs, sgd } from "@residual/train"
 * const first: StepInputs = { step: 0, scalars: sgd().scalars({ rate: 0.1, step: 0 }) }
 * first.key // => undefined
 * ```
 */
export interface StepInputs {
  /** The key of the run, from which each step's derives. */
  readonly key?: HostRandom.HostKey
  /** How many steps were made before. */
  readonly step?: number
  /** What the optimiser gives for the step. */
  readonly scalars?: Readonly<Record<string, number>>
}

/**
 * The inputs of a step's program, or of an evaluation's: what it reads of a batch and of the step, and nothing that it does
 * not read. The optimiser's scalars are the inputs `update/<name>`, in the type that the program reads them in.
 *
 * ```ts
 * import { compile, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * import { feed } from "@residual/train"
 * import { Effect } from "effect"
 * const program = Effect.gen(function* () {
 *   const executable = yield* compile({ outputs: { y: op.mul(input("x", [2]), input("update/rate", [])) } })
 *   const batch = { x: Tensor.make([1, 2]), weights: Tensor.make([1, 1]) }
 *   const given = feed(executable, batch, { step: 3, scalars: { rate: 0.5 } })
 *   return [Object.keys(given), Tensor.toArray((yield* executable.run(given))["y"]!)]
 * })
 * Effect.runSync(program.pipe(Effect.provide(Reference.layer()))) // => [["x", "update/rate"], [0.5, 1]]
 * ```
 */
export const feed = (
  executable: Executable,
  batch: Batch,
  at: StepInputs = {}
): Readonly<Record<string, Tensor.Tensor>> => feeder(executable)(batch, at)

/**
 * `feed` for a program that runs many times: what its inputs are made of is found out once.
 *
 * ```ts
 * import { compile, Tensor } from "@residual/backends"
 * import * as Reference from "@residual/backends/reference"
 * import { input, op } from "@residual/core"
 * import { feeder } from "@residual/train"
 * import { Effect } from "effect"
 * const program = Effect.gen(function* () {
 *   const inputs = feeder(yield* compile({ outputs: { y: op.neg(input("x", [])) } }))
 *   return [1, 2].map((x) => Tensor.toNumber(inputs({ x: Tensor.make(x) })["x"]!))
 * })
 * Effect.runSync(program.pipe(Effect.provide(Reference.layer()))) // => [1, 2]
 * ```
 */
export const feeder = ({
  program
}: Executable): ((batch: Batch, at?: StepInputs) => Readonly<Record<string, Tensor.Tensor>>) => {
  const inputs = program.inputs.map(({ name, type }) => ({ name, type, scalar: scalarOf(name) }))
  return (batch, at = {}) => {
    const given: Record<string, Tensor.Tensor> = {}
    for (const { name, type, scalar } of inputs) {
      const own = scalar === undefined ? undefined : single(type, at.scalars?.[scalar])
      const value = own ?? batch[name] ?? ownInput(name, at)
      if (value !== undefined) given[name] = value
    }
    return given
  }
}

const ownInput = (name: string, { key, step }: StepInputs): Tensor.Tensor | undefined =>
  name !== "key" || key === undefined || step === undefined
    ? undefined
    : Tensor.make(HostRandom.foldIn(key, step), { dtype: "u32" })

/** A tensor of one number, made in a tenth of the time that `Tensor.make` takes to find out what it is given. */
const single = (type: TensorType.TensorType, value: number | undefined): Tensor.Tensor | undefined => {
  if (value === undefined) return undefined
  const elements = new Float64Array(1)
  elements[0] = value
  return Tensor.adopt(type, elements)
}
