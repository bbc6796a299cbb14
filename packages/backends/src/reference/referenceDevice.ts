import { numberArithmetic, type TensorType } from "@residual/core"
import type { Claims, Id, Node, Program } from "@residual/graph"
import * as Effect from "effect/Effect"
import type { Device, LoadedProgram, ProfiledResult, Step, StepResult } from "../device.ts"
import type { BackendError } from "../error/backendError.ts"
import { ExecutionError } from "../error/executionError.ts"
import { namesText } from "../kernel/namesText.ts"
import type { Tensor } from "../tensor.ts"
import { dataOf, tensorOf } from "./hostData.ts"
import { loadProgram, type RegionWatch } from "./loadProgram.ts"
import type { Mode } from "./mode.ts"
import { PlanError } from "./plannedMemory.ts"
import type { Data, Value } from "./value.ts"

/** How the reference backend runs. */
export interface ReferenceOptions {
  /** `exact` by default. */
  readonly mode?: Mode
  /** Bytes that may be live at once, as planned buffers count them: as many as one likes by default. */
  readonly bytes?: number
  /** Composites that it takes whole, and computes by their bodies: none by default. */
  readonly claims?: Claims
}

/**
 * The reference backend's device: obviously correct rather than fast. It executes programs on float64 numbers with the
 * regions, buffers, donations and slots of their plan, and fails with an `ExecutionError` where that plan does not work
 * out.
 *
 * ```ts
 * import { referenceDevice } from "@residual/backends/reference"
 * referenceDevice({ mode: "rounded" }).claims.size // => 0
 * ```
 */
export const referenceDevice = (options: ReferenceOptions = {}): Device<Tensor> => {
  const { mode = "exact", bytes = Number.POSITIVE_INFINITY, claims = new Set() } = options
  return {
    name: "reference",
    identity: { mode },
    limits: { bytes },
    claims,
    upload: (tensor) => Effect.succeed(tensor),
    download: (tensor) => Effect.succeed(tensor),
    release: () => Effect.void,
    load: (program) => Effect.sync(() => loaded(program, mode))
  }
}

const elementsOf = (tensors: Iterable<readonly [string, Tensor]>): Readonly<Record<string, Data<number>>> =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, dataOf(tensor)]))

const loaded = (program: Program, mode: Mode): LoadedProgram<Tensor> => {
  const run = loadProgram(program, numberArithmetic, mode)
  const bind = (slots: ReadonlyMap<string, Tensor>): ((...given: Given) => Outcome<StepResult<Tensor>>) => {
    const held = elementsOf(slots)
    return (inputs, outputs, watch) =>
      Effect.suspend(() => {
        try {
          const results = run(elementsOf(Object.entries(inputs)), held, watch)
          const asked = outputs.map((name) => [name, tensorOf(results.outputs[name] as Value<number>, mode)] as const)
          const updated = Object.entries(results.updates).map(([name, value]) => [name, tensorOf(value, mode)] as const)
          return Effect.succeed({ outputs: Object.fromEntries(asked), slots: new Map(updated) })
        } catch (error) {
          if (error instanceof PlanError) return Effect.fail(executionError(program, error))
          throw error
        }
      })
  }
  return {
    kind: "asynchronous",
    bind: (slots) => {
      const step = bind(slots)
      return (inputs, outputs) => step(inputs, outputs)
    },
    profile: (slots) => {
      const step = bind(slots)
      return (inputs, outputs) => timed(program, (watch) => step(inputs, outputs, watch))
    }
  }
}

type Given = readonly [...inputsAndOutputs: Parameters<Step<unknown>>, watch?: RegionWatch]

type Outcome<A> = Effect.Effect<A, BackendError>

/** Ops that a region is not named by where it has others. */
const plain: ReadonlySet<string> = new Set(["constant", "iota", "reshape", "transpose", "broadcast"])

const opsText = (ops: ReadonlyArray<string>): string => {
  const telling = ops.filter((op) => !plain.has(op))
  return namesText(telling.length > 0 ? telling : ops)
}

/** A step with the times of its regions. */
const timed = (
  { graph, regions }: Program,
  step: (watch: RegionWatch) => Outcome<StepResult<Tensor>>
): Outcome<ProfiledResult<Tensor>> =>
  Effect.suspend(() => {
    const times: Array<number> = []
    let last = 0
    const watch: RegionWatch = {
      before: () => {
        last = performance.now()
      },
      after: () => {
        times.push(performance.now() - last)
      }
    }
    const start = performance.now()
    return Effect.map(step(watch), (result) => ({
      ...result,
      milliseconds: performance.now() - start,
      kernels: regions.map(({ nodes }, region) => ({
        region,
        kernel: opsText(nodes.map((id) => (graph.nodes[id] as Node).op)),
        nanoseconds: 1e6 * (times[region] as number)
      }))
    }))
  })

const executionError = ({ graph }: Program, { id, message }: PlanError): ExecutionError => {
  const typeOf = (input: Id): TensorType.TensorType => graph.nodes[input]?.types[0] as TensorType.TensorType
  const node = graph.nodes[id]
  return new ExecutionError({
    device: "reference",
    op: node?.op ?? "program",
    operands: (node?.inputs ?? []).map(typeOf),
    reason: message
  })
}
