import type { Tensor } from "@residual/backends"
import { TensorType } from "@residual/core"
import * as Effect from "effect/Effect"
import { type MismatchedType, ParameterMismatch } from "./parameterMismatch.ts"

/** How tensors are compared with what is expected. */
export interface MatchOptions {
  /** `exact`, the default, fails unless each tensor is there and none is left over; `partial` takes those that fit. */
  readonly mode?: "exact" | "partial"
  /** The path that a tensor's name stands for; `undefined` for one that is left out. */
  readonly rename?: (name: string) => string | undefined
}

/** What of some tensors is a model's, by its paths, and what is not. */
export interface ParameterMatch {
  readonly matched: Readonly<Record<string, Tensor.Tensor>>
  /** What is expected and not there. */
  readonly missing: Readonly<Record<string, TensorType.TensorType>>
  /** What is there and not expected. */
  readonly unexpected: Readonly<Record<string, TensorType.TensorType>>
  /** What is there and of another type. */
  readonly mismatched: ReadonlyArray<MismatchedType>
}

/**
 * Compares tensors, of a checkpoint or of another library's file, with the types that a model's parameters have. Fails with
 * a `ParameterMismatch` that lists everything that does not fit, unless `mode` is `partial`: then that is told beside the
 * tensors that do.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { Model } from "@residual/core"
 * import { matchParameters } from "@residual/train"
 * import { Effect } from "effect"
 * const types = Model.parameters(Model.linear({ in: 2, out: 1 }))
 * const tensors = { "fc.weight": Tensor.make([[1], [2]]), "fc.scale": Tensor.make(1) }
 * const found = Effect.runSync(
 *   matchParameters(types, tensors, { mode: "partial", rename: (name) => name.replace("fc.", "") })
 * )
 * Object.keys(found.matched) // => ["weight"]
 * Object.keys(found.missing) // => ["bias"]
 * Object.keys(found.unexpected) // => ["scale"]
 * ```
 */
export const matchParameters = (
  expected: Readonly<Record<string, TensorType.TensorType>>,
  tensors: Readonly<Record<string, Tensor.Tensor>>,
  { mode = "exact", rename = (name) => name }: MatchOptions = {}
): Effect.Effect<ParameterMatch, ParameterMismatch> =>
  Effect.suspend(() => {
    // A model's parameters say more than their types.
    const wanted = new Map(Object.entries(expected).map(([path, { dtype, shape }]) => [path, { dtype, shape }]))
    const given = new Map<string, Tensor.Tensor>()
    const leftOver: Array<readonly [name: string, type: TensorType.TensorType]> = []
    for (const [name, tensor] of Object.entries(tensors)) {
      const path = rename(name)
      if (path === undefined) continue
      // The second tensor for a path has no place, and is told by its own name.
      if (given.has(path)) leftOver.push([name, tensor.type])
      else if (!wanted.has(path)) leftOver.push([path, tensor.type])
      else given.set(path, tensor)
    }
    const matched: Array<readonly [path: string, tensor: Tensor.Tensor]> = []
    const mismatched: Array<MismatchedType> = []
    for (const [path, tensor] of given) {
      const type = wanted.get(path) as TensorType.TensorType
      if (TensorType.equals(type, tensor.type)) matched.push([path, tensor])
      else mismatched.push({ path, expected: type, found: tensor.type })
    }
    const match: ParameterMatch = {
      matched: Object.fromEntries(matched),
      missing: Object.fromEntries([...wanted].filter(([path]) => !given.has(path))),
      unexpected: Object.fromEntries(leftOver),
      mismatched
    }
    const { missing, unexpected } = match
    const fits = mismatched.length + Object.keys(missing).length + Object.keys(unexpected).length === 0
    return mode === "partial" || fits
      ? Effect.succeed(match)
      : Effect.fail(new ParameterMismatch({ missing, unexpected, mismatched }))
  })
