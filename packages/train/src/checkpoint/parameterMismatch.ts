import { TensorType } from "@residual/core"
import * as Data from "effect/Data"

/** A tensor that is there, and of another type. */
export interface MismatchedType {
  readonly path: string
  readonly expected: TensorType.TensorType
  readonly found: TensorType.TensorType
}

/**
 * Tensors that are not a model's parameters: which it lacks, which it has no use for, and which are of another type. The
 * message has a line for each, with both types side by side.
 *
 * ```ts
 * import { ParameterMismatch } from "@residual/train"
 * new ParameterMismatch({
 *   missing: { bias: { dtype: "f32", shape: [4] } },
 *   unexpected: {},
 *   mismatched: [
 *     { path: "weight", expected: { dtype: "f32", shape: [2, 4] }, found: { dtype: "f32", shape: [2, 3] } }
 *   ]
 * }).message.split("\n")
 * // => ["these tensors are not the model's:", "  bias    expected f32[4]    found nothing", "  weight  expected f32[2,4]  found f32[2,3]"]
 * ```
 */
export class ParameterMismatch extends Data.TaggedError("ParameterMismatch")<{
  readonly missing: Readonly<Record<string, TensorType.TensorType>>
  readonly unexpected: Readonly<Record<string, TensorType.TensorType>>
  readonly mismatched: ReadonlyArray<MismatchedType>
}> {
  override get message(): string {
    const { missing, unexpected, mismatched } = this
    const rows = [
      ...Object.entries(missing).map(([path, type]) => [path, TensorType.print(type), "nothing"] as const),
      ...Object.entries(unexpected).map(([path, type]) => [path, "nothing", TensorType.print(type)] as const),
      ...mismatched.map(
        ({ path, expected, found }) => [path, TensorType.print(expected), TensorType.print(found)] as const
      )
    ]
    const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length))
    const lines = rows.map(
      ([path, expected, found]) => `  ${path.padEnd(width(0))}  expected ${expected.padEnd(width(1))}  found ${found}`
    )
    return ["these tensors are not the model's:", ...lines].join("\n")
  }
}
