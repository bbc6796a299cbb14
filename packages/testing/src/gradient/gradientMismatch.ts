import * as Data from "effect/Data"
import { printTensor, type Tensors } from "../inputs.ts"

/**
 * Which law of differentiation failed: the residuals that arrive (`first`), the residuals of those (`second`), or
 * ⟨r, J·v⟩ = ⟨Jᵀ·r, v⟩ with J·v in forward mode (`adjoint`).
 *
 * ```ts
 * import type { GradientLaw } from "@residual/testing"
 * const order: GradientLaw = "second"
 * order // => "second"
 * ```
 */
export type GradientLaw = "first" | "second" | "adjoint"

const meaning: Readonly<Record<GradientLaw, string>> = {
  first: "the gradient",
  second: "the gradient of the gradient",
  adjoint: "the adjoint identity ⟨r, J·v⟩ = ⟨Jᵀ·r, v⟩"
}

/** Everything that a failed gradient check knows. */
export interface GradientMismatchFacts {
  readonly law: GradientLaw
  /** The input, or the incoming residual of an output, whose component disagrees; absent for the adjoint identity. */
  readonly input?: string
  readonly index?: ReadonlyArray<number>
  /** What the backward functions gave. */
  readonly actual: number
  /** What central differences gave, or forward mode for the adjoint identity. */
  readonly expected: number
  readonly tolerance: number
  /** The smallest inputs found on which the law fails. */
  readonly inputs: Tensors
  /** What generated the inputs, residuals and directions: giving it again reproduces the failure. */
  readonly seed: number
  /** fast-check's path to the shrunk inputs, where it searched for them. */
  readonly path?: string
}

/**
 * A derivative that is wrong: which law failed at which component of which input, both values, the tolerance, the
 * smallest inputs found that show it, and the seed that reproduces it.
 *
 * ```ts
 * import { Tensor } from "@residual/backends"
 * import { GradientMismatch } from "@residual/testing"
 * const mismatch = new GradientMismatch({
 *   law: "first", input: "x", index: [1], actual: 2, expected: 3, tolerance: 1e-8, seed: 7,
 *   inputs: { x: Tensor.make([0, 1]) }
 * })
 * mismatch.message.split("\n")[0] // => "the gradient at x[1] is 2, but central differences give 3"
 * ```
 */
export class GradientMismatch extends Data.TaggedError("GradientMismatch")<GradientMismatchFacts> {
  override get message(): string {
    const { law, input, index, actual, expected, tolerance, inputs, seed, path } = this
    const at = input === undefined ? "" : ` at ${input}${index?.length ? `[${index.join(", ")}]` : ""}`
    const measure = law === "adjoint" ? "forward mode gives" : "central differences give"
    return [
      `${meaning[law]}${at} is ${actual}, but ${measure} ${expected}`,
      `  difference ${Math.abs(actual - expected)}, tolerance ${tolerance}`,
      ...Object.entries(inputs).map(([name, tensor]) => `  ${name} = ${printTensor(tensor)}`),
      `  seed ${seed}${path === undefined ? "" : `, path "${path}"`}`,
      ...(law === "adjoint" ? [] : ["  (near a kink or a pole of the function the two differ as well)"])
    ].join("\n")
  }
}
