import type { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Device, LoadedProgram } from "../../device.ts"
import * as Tensor from "../../tensor.ts"
import { claims } from "../claims.ts"
import type { CpuOptions } from "../cpuDevice.ts"
import { connect } from "./connection.ts"
import type { RunValue, Values } from "./message.ts"
import { own } from "./own.ts"

/** One tensor of a Store, in the worker's memory, under the worker's number for it. */
export interface HostedSlot {
  readonly number: number
  readonly type: TensorType.TensorType
}

/** How long a worker may take to start, in milliseconds: it loads a file, and a page may be slow. */
const patience = 60_000

/** A device whose worker has not started, so that nothing runs on it. */
const unknown: Values["start"] = { limits: { bytes: 2 ** 32 }, identity: {} }

/**
 * The CPU backend's device in a worker of its own, so that the thread which asks is free while a step runs. It is the
 * device that `cpuDevice` makes, with its threads, and ends with the Scope. Where its worker does not start, or has
 * ended, everything fails with `DeviceLost`, which says why.
 */
export const hostedDevice = (options: CpuOptions = {}): Effect.Effect<Device<HostedSlot>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { ask, tell, lose } = yield* connect
    const late = Effect.sync(() => lose(`its worker has not started within ${patience / 1000} s`))
    const { limits, identity } = yield* ask<"start">({ kind: "start", options }).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.flatMap(late, Effect.fail) }),
      Effect.catch((error) => Effect.sync(() => lose(error.message)).pipe(Effect.as(unknown)))
    )

    const load = (program: Program): ReturnType<Device<HostedSlot>["load"]> =>
      Effect.acquireRelease(ask<"load">({ kind: "load", program }), ({ program: number }) =>
        Effect.sync(() => tell({ kind: "unload", program: number }))
      ).pipe(Effect.map((loaded) => programOn(program, loaded)))

    const programOn = (program: Program, { program: number, bytes }: Values["load"]): LoadedProgram<HostedSlot> => {
      const slotTypes = new Map(program.slots.map(({ name, type }) => [name, type]))
      const outputTypes = new Map(
        program.outputs.map(({ name, id }) => [name, program.graph.nodes[id]?.types[0] as TensorType.TensorType])
      )
      const resultOf = ({ outputs, slots }: RunValue) => {
        const tensors: Record<string, Tensor.Tensor> = {}
        for (const name of Object.keys(outputs)) {
          tensors[name] = Tensor.adopt(outputTypes.get(name) as TensorType.TensorType, outputs[name] as Tensor.Elements)
        }
        return {
          outputs: tensors,
          slots: new Map(
            slots.map(([name, number]) => [name, { number, type: slotTypes.get(name) as TensorType.TensorType }])
          )
        }
      }
      const numbersOf = (slots: ReadonlyMap<string, HostedSlot>): RunValue["slots"] =>
        [...slots].flatMap(([name, { number }]) => (slotTypes.has(name) ? [[name, number] as const] : []))
      const elementsOf = (given: Readonly<Record<string, Tensor.Tensor>>) => {
        const inputs: Record<string, Tensor.Elements> = {}
        const moved: Array<ArrayBuffer> = []
        for (const { name, type } of program.inputs) {
          const elements = own(type, (given[name] as Tensor.Tensor)["~elements"])
          inputs[name] = elements
          moved.push(elements.buffer)
        }
        return { inputs, moved }
      }
      // The worker keeps the slots of a program's last run.
      let bound: object | undefined
      return {
        kind: "asynchronous",
        ...(bytes === undefined ? {} : { bytes }),
        bind: (slots) => {
          const numbers = numbersOf(slots)
          return (given, outputs) =>
            Effect.suspend(() => {
              const { inputs, moved } = elementsOf(given)
              const request = { kind: "run", program: number, inputs, outputs } as const
              const run = ask<"run">(bound === numbers ? request : { ...request, slots: numbers }, moved)
              return Effect.map(run, (value) => {
                bound = numbers
                return resultOf(value)
              })
            })
        },
        profile: (slots) => {
          const numbers = numbersOf(slots)
          return (given, outputs) =>
            Effect.suspend(() => {
              const { inputs, moved } = elementsOf(given)
              const request = { kind: "profile", program: number, inputs, outputs, slots: numbers } as const
              return Effect.map(ask<"profile">(request, moved), ({ milliseconds, kernels, ...value }) => ({
                ...resultOf(value),
                milliseconds,
                kernels
              }))
            })
        }
      }
    }

    return {
      name: "cpu",
      identity,
      limits,
      claims,
      upload: ({ type, "~elements": given }) =>
        Effect.suspend(() => {
          const elements = own(type, given)
          return Effect.map(ask<"upload">({ kind: "upload", type, elements }, [elements.buffer]), (number) => ({
            number,
            type
          }))
        }),
      download: ({ number, type }) =>
        Effect.map(ask<"download">({ kind: "download", slot: number }), (elements) => Tensor.adopt(type, elements)),
      release: ({ number }) => Effect.sync(() => tell({ kind: "release", slot: number })),
      load
    }
  })
