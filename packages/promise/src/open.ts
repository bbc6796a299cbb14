/// <reference lib="esnext.disposable" preserve="true" />
import {
  Backend,
  type BackendError,
  type DeviceUnavailable,
  type Identity,
  type Inputs,
  makeStore,
  type ProgramCache,
  prepare,
  run,
  type Tensor
} from "@residual/backends"
import type { CpuLayerOptions } from "@residual/backends/cpu"
import type { ReferenceOptions } from "@residual/backends/reference"
import type { WebGpuOptions } from "@residual/backends/webgpu"
import type { AnyExpr, Model } from "@residual/core"
import type { Objective, TrainerOptions } from "@residual/train"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { Abortable } from "./abortable.ts"
import { type Lifetime, makeLifetime } from "./lifetime.ts"
import { type BackendServices, type Compiled, modelOn, type OpenModel, valuesFor } from "./openModel.ts"
import { type OpenTrainer, trainerIn } from "./openTrainer.ts"
import { UnknownBackend } from "./unknownBackend.ts"

type Values<Name extends string> = Readonly<Record<Name, Tensor.Tensor>>
type Expressions<Name extends string> = Readonly<Record<Name, AnyExpr>>

/** A backend, until it is closed. Whatever rejects does so with the tagged errors of the library, which are Errors. */
export interface OpenBackend extends AsyncDisposable {
  readonly name: string
  /** What its numbers depend on, its name among it. */
  readonly identity: Identity
  /** Bytes that are live on the device. */
  readonly liveBytes: () => Promise<number>
  /** Computes an expression, or several by name: compiled the first time. */
  readonly run: {
    (expr: AnyExpr, inputs?: Inputs, options?: Abortable): Promise<Tensor.Tensor>
    <Name extends string>(exprs: Expressions<Name>, inputs?: Inputs, options?: Abortable): Promise<Values<Name>>
  }
  /** Compiles an expression, or several by name, as a function of their inputs. */
  readonly compile: {
    (expr: AnyExpr): Promise<Compiled<Tensor.Tensor>>
    <Name extends string>(exprs: Expressions<Name>): Promise<Compiled<Values<Name>>>
  }
  /**
   * Puts a model's parameters and states on the device, for predictions and generation: of a checkpoint's tensors,
   * `modelTensors` gives them. Rejects with a `ParameterMismatch` that lists what does not fit.
   */
  readonly model: (model: Model.AnyModel, tensors: Readonly<Record<string, Tensor.Tensor>>) => Promise<OpenModel>
  /** Compiles a training step, with the first parameters on the device. */
  readonly trainer: <In, Out>(objective: Objective<In, Out>, options: TrainerOptions<In, Out>) => Promise<OpenTrainer>
  /** Stops what is computed, and frees everything that was opened with it; safe to call again. */
  readonly close: () => Promise<void>
}

/**
 * Opens a backend: `reference`, `cpu` or `webgpu`, each with its own options, of which only that one is loaded. `await using`
 * closes it at the end of a block, and `close` whenever that is to be.
 *
 * Rejects with a `DeviceUnavailable` that says what is missing where there is no GPU to be had, and with an `UnknownBackend`
 * for another name.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { input, op } from "@residual/core"
 * import { open } from "@residual/promise"
 * await using backend = await open("cpu", { threads: 1 })
 * Tensor.toArray(await backend.run(op.mul(input("x", [2]), 3), { x: [1, 2] })) // => [3, 6]
 * ```
 */
export const open: {
  (name: "reference", options?: ReferenceOptions): Promise<OpenBackend>
  (name: "cpu", options?: CpuLayerOptions): Promise<OpenBackend>
  (name: "webgpu", options?: WebGpuOptions): Promise<OpenBackend>
} = async (name: keyof typeof loaders, options: object = {}): Promise<OpenBackend> => {
  if (!Object.hasOwn(loaders, name)) throw new UnknownBackend({ name, known: Object.keys(loaders) })
  const layer = await loaders[name](options)
  const scope = Scope.makeUnsafe()
  const built = await Effect.runPromiseExit(Layer.buildWithScope(layer, scope))
  if (Exit.isFailure(built)) await Effect.runPromise(Scope.close(scope, built))
  const services = await Effect.runPromise(built)
  return backendIn(makeLifetime("the backend", services, scope), Context.get(services, Backend))
}

type BackendLayer = Layer.Layer<Backend | ProgramCache, DeviceUnavailable>

const loaders = {
  reference: async (options: ReferenceOptions): Promise<BackendLayer> =>
    (await import("@residual/backends/reference")).layer(options),
  cpu: async (options: CpuLayerOptions): Promise<BackendLayer> =>
    (await import("@residual/backends/cpu")).layer(options),
  webgpu: async (options: WebGpuOptions): Promise<BackendLayer> =>
    (await import("@residual/backends/webgpu")).layer(options)
}

const backendIn = (lifetime: Lifetime<BackendServices>, backend: Backend["Service"]): OpenBackend => {
  /** Opens something that closes with the backend, or alone; where that fails, nothing of it stays. */
  const opened = async <A>(what: string, make: (own: Lifetime<BackendServices>) => Promise<A>): Promise<A> => {
    const own = lifetime.within(what)
    try {
      return await make(own)
    } catch (error) {
      await own.close()
      throw error
    }
  }
  return {
    name: backend.name,
    identity: backend.identity,
    liveBytes: () => lifetime.run(backend.liveBytes),
    // Of both, each overload comes from the one of the library's function.
    run: (exprs: AnyExpr | Expressions<string>, inputs?: Inputs, options?: Abortable): Promise<never> =>
      lifetime.run(run(exprs as AnyExpr, inputs) as Effect.Effect<never, BackendError, ProgramCache>, options),
    compile: async (exprs: AnyExpr | Expressions<string>): Promise<Compiled<never>> => {
      const compute = await lifetime.run(prepare(exprs as AnyExpr))
      return (inputs, options) => lifetime.run(compute(inputs) as Effect.Effect<never, BackendError>, options)
    },
    model: (model, tensors) =>
      opened("the model", async (own) =>
        modelOn(own, await own.run(Effect.flatMap(valuesFor(model, tensors), makeStore)))
      ),
    trainer: (objective, options) => opened("the trainer", (own) => trainerIn(own, objective, options)),
    close: lifetime.close,
    [Symbol.asyncDispose]: lifetime.close
  }
}
