import { type Backend, type BackendError, makeStore, ProgramCache, Tensor } from "@residual/backends"
import { type Data, type Mode, runGraph } from "@residual/backends/reference"
import { numberArithmetic } from "@residual/core"
import { lower } from "@residual/graph"
import * as Effect from "effect/Effect"
import { computation, type RandomComputation } from "../computation/randomComputation.ts"
import { printTensor, type Tensors } from "../inputs.ts"
import { type BackendLaw, type Drawing, drawnLaw } from "./backendLaw.ts"

const dataOf = (tensors: Tensors): Readonly<Record<string, Data<number>>> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)]))

/** What a computation means: every output and update as text, in which NaN and the signs of zeros tell. */
const meaning = ({ computation, inputs, slots }: RandomComputation, mode: Mode): Readonly<Record<string, string>> => {
  const lowered = lower(computation, new Set())
  if (lowered._tag === "Left") throw lowered.left
  const results = runGraph(lowered.right, { ...dataOf(inputs), ...dataOf(slots) }, numberArithmetic, mode)
  return Object.fromEntries(
    [results.outputs, results.updates].flatMap((values, kind) =>
      Object.entries(values).map(([name, { type, data }]) => [
        `${kind === 0 ? "output" : "slot"} ${name}`,
        printTensor(Tensor.adopt(type, data as Tensor.Elements))
      ])
    )
  )
}

/** What a backend makes of a computation, as text. */
const computed = ({
  computation,
  inputs,
  slots
}: RandomComputation): Effect.Effect<Readonly<Record<string, string>>, BackendError, Backend> =>
  Effect.gen(function* () {
    const store = yield* makeStore(slots)
    const executable = yield* (yield* ProgramCache).executable(computation)
    const read = new Set(executable.program.inputs.map(({ name }) => name))
    const given = Object.fromEntries(Object.entries(inputs).filter(([name]) => read.has(name)))
    const outputs = yield* (yield* executable.bind(store)).run(given)
    const updated = yield* Effect.forEach(Object.keys(computation.updates ?? {}), (name) =>
      Effect.map(store.read(name), (tensor) => [`slot ${name}`, printTensor(tensor)] as const)
    )
    const shown = Object.entries(outputs).map(([name, tensor]) => [`output ${name}`, printTensor(tensor)] as const)
    return Object.fromEntries([...shown, ...updated])
  }).pipe(Effect.scoped, Effect.provide(ProgramCache.layer, { local: true }))

/** Random computations, with slots and steps of training among them, are the reference's to the bit. */
export const randomProgramLaw = (mode: Mode, drawing: Drawing): BackendLaw =>
  drawnLaw(
    "random programs are the reference's to the bit",
    () => [computation()],
    drawing,
    (subject) =>
      Effect.map(computed(subject), (found) => {
        const wrong = Object.entries(meaning(subject, mode)).find(([name, text]) => found[name] !== text)
        return wrong === undefined ? undefined : `${wrong[0]} is ${found[wrong[0]]}, not ${wrong[1]}`
      })
  )
