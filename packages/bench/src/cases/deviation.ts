import { type BackendError, type Store, Tensor } from "@residual/backends"
import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, input, Shape } from "@residual/core"
import { Effect } from "effect"
import type { KernelOptions } from "./kernel.ts"

type Part = "first" | "last"

/** How many elements of a vector are looked at: they are rows of their own. */
const vectorPart = 1024

/** The first or the last row of a tensor, with its axis; of a vector, as many elements. */
const partOf = (tensor: Tensor.Tensor, part: Part): Tensor.Tensor => {
  const { dtype, shape } = tensor.type
  const [count = 1, ...row] = shape
  const taken = [shape.length === 1 ? Math.min(vectorPart, count) : 1, ...row]
  const start = part === "first" ? 0 : Shape.size(shape) - Shape.size(taken)
  const elements = Tensor.toTypedArray(tensor).subarray(start, start + Shape.size(taken))
  return Tensor.make(elements, { dtype, shape: taken })
}

/** The results that have rows, computed by the reference for one part of the operands alone. */
const expectedOf = ({ operands, kernel, rows }: KernelOptions, part: Part) => {
  const given = Object.entries(operands).map(
    ([name, tensor]) => [name, rows.operands.includes(name) ? partOf(tensor, part) : tensor] as const
  )
  const leaves = given.map(([name, { type }]) => [name, input(name, type.shape, type)] as const)
  const results = kernel(Object.fromEntries(leaves))
  const asked = Object.fromEntries(rows.results.map((name) => [name, results[name] as AnyExpr]))
  return evaluate(asked, Object.fromEntries(given.map(([name, tensor]) => [name, Tensor.toTypedArray(tensor)])))
}

/** The greatest difference of two lists of numbers, relative to the greatest number of the second. */
const difference = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let [greatest, scale] = [0, 0]
  for (let at = 0; at < expected.length; at++) {
    const wanted = expected[at] as number
    // Not the maximum of both, which would let NaN pass.
    const distance = Math.abs((found[at] as number) - wanted)
    if (!(distance <= greatest)) greatest = distance
    scale = Math.max(scale, Math.abs(wanted))
  }
  return greatest / scale
}

/**
 * How far the first and the last row of what a Store holds are from what the reference computes of those rows, relative
 * to the greatest element.
 */
export const deviation = (store: Store, options: KernelOptions): Effect.Effect<number, BackendError> =>
  Effect.gen(function* () {
    const differences: Array<number> = []
    for (const part of ["first", "last"] as const) {
      const expected = expectedOf(options, part)
      for (const name of options.rows.results) {
        const found = Tensor.toTypedArray(partOf(yield* store.read(name), part))
        differences.push(difference(found, expected[name]?.data as ArrayLike<number>))
      }
    }
    return differences.some(Number.isNaN) ? Number.NaN : Math.max(...differences)
  })
