import type { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { LoadedProgram, Step, StepResult } from "../../device.ts"
import type { BackendError } from "../../error/backendError.ts"
import * as Tensor from "../../tensor.ts"
import { type CpuDevice, type CpuSlot, cpuDevice } from "../cpuDevice.ts"
import { dataOf } from "./errorData.ts"
import type { FromHost, ProfileRequest, Reply, Request, RunRequest, RunValue, ToHost, Values } from "./message.ts"
import type { OwnElements } from "./own.ts"

/** What answers a request, and the memory that moves with it. */
interface Answer {
  readonly value: Values[keyof Values]
  readonly moved?: ReadonlyArray<ArrayBuffer>
}

/** A program that is loaded here. */
interface Held {
  readonly scope: Scope.Closeable
  readonly inputs: ReadonlyMap<string, TensorType.TensorType>
  readonly bind: (slots: ReadonlyMap<string, CpuSlot>) => Step<StepResult<CpuSlot> | BackendError>
  readonly profile: LoadedProgram<CpuSlot>["profile"]
  step: Step<StepResult<CpuSlot> | BackendError>
}

/** Serves a device to another thread: takes its messages one after the other, and posts what answers them. */
export const serveDevice = (
  post: (message: FromHost, moved: ReadonlyArray<ArrayBuffer>) => void
): ((message: ToHost) => void) => {
  // It lives as long as the thread.
  const scope = Scope.makeUnsafe()
  const slots = new Map<number, CpuSlot>()
  const programs = new Map<number, Held>()
  let count = 0
  let started: CpuDevice | undefined

  const device = (): CpuDevice => {
    if (started === undefined) throw new Error("the device has not been started")
    return started
  }

  const found = <Value>(values: ReadonlyMap<number, Value>, number: number): Value => {
    const value = values.get(number)
    if (value === undefined) throw new Error(`there is nothing under the number ${number}`)
    return value
  }

  const keep = (slot: CpuSlot): number => {
    slots.set(++count, slot)
    return count
  }

  const load = (program: Program): Effect.Effect<Answer, BackendError> =>
    Effect.gen(function* () {
      const own = Scope.makeUnsafe()
      const loaded = yield* Scope.provide(device().load(program), own).pipe(
        Effect.onError((cause) => Scope.close(own, Exit.failCause(cause)))
      )
      if (loaded.kind === "asynchronous") throw new Error("the device's programs are synchronous")
      const { bind, profile } = loaded
      programs.set(++count, {
        scope: own,
        inputs: new Map(program.inputs.map(({ name, type }) => [name, type])),
        bind,
        profile,
        step: bind(new Map())
      })
      return { value: { program: count, bytes: loaded.bytes } }
    })

  const run = ({ program, slots: numbers, inputs, outputs }: RunRequest): Effect.Effect<Answer, BackendError> => {
    const held = found(programs, program)
    if (numbers !== undefined) held.step = held.bind(slotsOf(numbers))
    const result = held.step(tensorsOf(held, inputs), outputs)
    return "_tag" in result ? Effect.fail(result) : Effect.succeed(answerOf(result))
  }

  const profile = ({ program, slots, inputs, outputs }: ProfileRequest): Effect.Effect<Answer, BackendError> => {
    const held = found(programs, program)
    if (held.profile === undefined) throw new Error("the device tells no times")
    return Effect.map(held.profile(slotsOf(slots))(tensorsOf(held, inputs), outputs), (result) => {
      const { value, moved } = answerOf(result)
      return { value: { ...value, milliseconds: result.milliseconds, kernels: result.kernels }, moved }
    })
  }

  const slotsOf = (numbers: RunValue["slots"]): ReadonlyMap<string, CpuSlot> =>
    new Map(numbers.map(([name, number]) => [name, found(slots, number)]))

  const tensorsOf = (held: Held, inputs: RunRequest["inputs"]): Readonly<Record<string, Tensor.Tensor>> => {
    const given: Record<string, Tensor.Tensor> = {}
    for (const [name, type] of held.inputs) given[name] = Tensor.adopt(type, inputs[name] as Tensor.Elements)
    return given
  }

  /** What a step gave, as it is sent. */
  const answerOf = (result: StepResult<CpuSlot>) => {
    const moved: Array<ArrayBuffer> = []
    const elements: Record<string, Tensor.Elements> = {}
    for (const name of Object.keys(result.outputs)) {
      const own = (result.outputs[name] as Tensor.Tensor)["~elements"] as OwnElements
      elements[name] = own
      moved.push(own.buffer)
    }
    const added = [...result.slots].map(([name, slot]) => [name, keep(slot)] as const)
    const value: RunValue = { outputs: elements, slots: added }
    return { value, moved }
  }

  const perform = (request: Request): Effect.Effect<Answer, BackendError> => {
    switch (request.kind) {
      case "start":
        return Effect.map(Scope.provide(cpuDevice(request.options), scope), (made) => {
          started = made
          return { value: { limits: made.limits, identity: made.identity } }
        })
      case "upload":
        return Effect.map(device().upload(Tensor.adopt(request.type, request.elements)), (slot) => ({
          value: keep(slot)
        }))
      case "download":
        return Effect.map(device().download(found(slots, request.slot)), ({ "~elements": elements }) => ({
          value: elements,
          moved: [(elements as OwnElements).buffer]
        }))
      case "load":
        return load(request.program)
      case "run":
        return run(request)
      case "profile":
        return profile(request)
    }
  }

  return (message) => {
    switch (message.kind) {
      case "request": {
        const { number, request } = message
        Effect.runFork(Effect.suspend(() => perform(request))).addObserver((exit) => {
          post({ number, reply: replyOf(exit) }, Exit.isSuccess(exit) ? (exit.value.moved ?? []) : [])
        })
        break
      }
      case "release": {
        Effect.runFork(device().release(found(slots, message.slot)))
        slots.delete(message.slot)
        break
      }
      case "unload": {
        Effect.runFork(Scope.close(found(programs, message.program).scope, Exit.void))
        programs.delete(message.program)
      }
    }
  }
}

const replyOf = (exit: Exit.Exit<Answer, BackendError>): Reply => {
  if (Exit.isSuccess(exit)) return { kind: "success", value: exit.value.value }
  const failure = exit.cause.reasons.find(Cause.isFailReason)
  return failure === undefined
    ? { kind: "defect", text: Cause.pretty(exit.cause) }
    : { kind: "failure", error: dataOf(failure.error) }
}
