import { assert, describe, it } from "@effect/vitest"
import { type Data, loadProgram, runGraph } from "@residual/backends/reference"
import { type Composite, claimable, numberArithmetic, Shape, type TensorType } from "@residual/core"
import { compile, lower, parseProgram, printProgram } from "@residual/graph"
import fc from "fast-check"
import { networkComputation } from "./programs/networkComputation.ts"

const long = process.env["RESIDUAL_LONG"] === "1"

const right = <A>(
  either: { readonly _tag: "Right"; readonly right: A } | { readonly _tag: "Left"; readonly left: Error }
): A => {
  if (either._tag === "Left") throw either.left
  return either.right
}

describe("programs of networks", () => {
  it("compute what their graphs do, to the bit", () => {
    const elements = fc.infiniteStream(
      fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -32, max: 32 }).map((x) => x / 16) },
        fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY)
      )
    )
    const law = (numbers: ReadonlyArray<number>, values: Iterator<number>, claims: ReadonlyArray<Composite>): void => {
      const computation = networkComputation(numbers)
      const graph = right(lower(computation, new Set()))
      const program = right(compile(computation, { claims: new Set(claims) }))
      const bound: Record<string, Data<number>> = {}
      for (const { op, attrs, types } of graph.nodes) {
        if (op !== "input") continue
        const { shape } = types[0] as TensorType.TensorType
        bound[attrs["name"] as string] = Float64Array.from(
          { length: Shape.size(shape) },
          () => values.next().value as number
        )
      }
      for (const mode of ["exact", "rounded"] as const) {
        const expected = runGraph(graph, bound, numberArithmetic, mode)
        const given = loadProgram(program, numberArithmetic, mode)(bound, bound)
        assert.deepStrictEqual(given, expected)
      }
      assert.strictEqual(printProgram(right(parseProgram(printProgram(program)))), printProgram(program))
    }
    const numbers = fc.array(fc.nat(5039), { minLength: 3, maxLength: 90 })
    fc.assert(fc.property(numbers, elements, fc.subarray(Object.values(claimable)), law), {
      numRuns: long ? 5000 : 150
    })
  })
})
