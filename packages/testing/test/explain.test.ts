import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, constant, input, op, slot } from "@residual/core"
import { type Explanation, explain, type OpRow, printExplanation } from "@residual/graph"
import { assert, describe, it } from "vitest"

const values = (explanation: Explanation, inputs: Parameters<typeof evaluate>[1]): Record<string, ArrayLike<number>> =>
  Object.fromEntries(
    Object.entries(evaluate(explanation.outputs, inputs)).map(([name, { data }]) => [name, data as ArrayLike<number>])
  )

const row = (explanation: Explanation, label: string): OpRow => {
  const found = explanation.rows.find((row) => row.kind === "op" && row.label === label)
  if (found?.kind !== "op") throw new Error(`no row ${label}`)
  return found
}

const [a, x, b] = [slot("a", []), input("x", []), slot("b", [])]
const line = op.square(op.sub(op.add(op.mul(x, a), b), input("y", [])))
const at = { a: 1.5, b: 0.5, x: 2, y: 5 }

describe("explain", () => {
  it("gives each op its value, local derivatives, incoming and outgoing residuals", () => {
    const explanation = explain(line)
    const computed = values(explanation, at)
    const { value, local, incoming, outgoing, gradient } = row(explanation, "mul:1")
    // y = 1.5 · 2 + 0.5 = 3.5, so dL/dy = 2 · (3.5 - 5) = -3.
    assert.strictEqual(computed[value.output]?.[0], 3)
    assert.deepStrictEqual(
      local.values.map(({ residual }) => computed[residual!.output]?.[0]),
      [1.5, 2]
    )
    assert.strictEqual(computed[incoming!.output]?.[0], -3)
    assert.deepStrictEqual(
      outgoing.map(({ to, residual }) => [to, computed[residual!.output]?.[0]]),
      [
        ["x", -4.5],
        ["a", -6]
      ]
    )
    assert.strictEqual(gradient, null)
  })

  it("gives parameters their gradient, and inputs none", () => {
    const explanation = explain(line)
    const computed = values(explanation, at)
    assert.strictEqual(computed[row(explanation, "a").gradient!.output]?.[0], -6)
    assert.strictEqual(computed[row(explanation, "b").gradient!.output]?.[0], -3)
    assert.strictEqual(row(explanation, "x").gradient, null)
  })

  it("shows the sum of the residuals that arrive where a value fans out as a row of its own", () => {
    const value = input("v", [])
    const explanation = explain(op.add(op.mul(value, 3), op.square(value)))
    const sum = explanation.rows.find((row) => row.kind === "fan-in")
    if (sum?.kind !== "fan-in") throw new Error("no sum")
    const computed = values(explanation, { v: 5 })
    assert.strictEqual(sum.label, "v")
    assert.deepStrictEqual(
      sum.arrivals.map(({ from, residual }) => [from, computed[residual.output]?.[0]]),
      [
        ["square:1", 10],
        ["mul:1", 3]
      ]
    )
    assert.strictEqual(computed[sum.sum.output]?.[0], 13)
  })

  it("has one row for an input that is composed several times, and labels of their own for ops beside it", () => {
    const explanation = explain(op.mul(slot("mul:1", []), op.exp(slot("mul:1", []))))
    const labels = explanation.rows.map(({ kind, label }) => `${kind} ${label}`)
    assert.deepStrictEqual(labels, ["op mul:1", "fan-in mul:1", "op exp:1", "op mul:2"])
    const { gradient } = row(explanation, "mul:1")
    assert.approximately(values(explanation, { "mul:1": 1 })[gradient!.output]![0]!, 2 * Math.E, 1e-12)
  })

  it("shows a composite as one row, and its body where asked to", () => {
    const y = op.sum(op.gelu(input("v", [3])))
    const names = (explanation: Explanation): ReadonlyArray<string> =>
      explanation.rows.flatMap((row) => (row.kind === "op" ? [row.op] : []))
    assert.deepStrictEqual(names(explain(y)).slice(0, 2), ["input", "gelu"])
    assert.notInclude(names(explain(y, { expand: ["gelu"] })), "gelu")
    assert.include(names(explain(y, { expand: "all" })), "erf")
  })

  it("gives the same residuals expanded or not", () => {
    const v = input("v", [2, 3])
    const y = op.sum(op.square(op.softmax(v)))
    const inputs = { v: [0.1, 0.7, -0.3, 1, 2, -1] }
    const [whole, apart] = [explain(y), explain(y, { expand: "all" })]
    const residual = (explanation: Explanation): ReadonlyArray<number> =>
      Array.from(values(explanation, inputs)[row(explanation, "v").incoming!.output]!)
    for (const [i, r] of residual(whole).entries()) assert.approximately(residual(apart)[i]!, r, 1e-15)
  })

  it("gives an op with several outputs one row, under its own name", () => {
    const scale = slot("scale", [3])
    const normalised = op.layerNorm(input("v", [2, 3]), { scale, bias: slot("bias", [3]) })
    const explanation = explain(op.sum(op.square(normalised)))
    const rows = explanation.rows.filter((row) => row.kind === "op" && row.op === "layerNorm")
    assert.strictEqual(rows.length, 1)
    assert.deepStrictEqual(row(explanation, "layerNorm:1").operands, ["v", "scale", "bias"])
    assert.isNotNull(row(explanation, "scale").gradient)
  })

  it("says of ops without a residual that they have none", () => {
    const v = input("v", [])
    const explanation = explain(op.where(op.less(v, 0), op.floor(v), v))
    assert.strictEqual(row(explanation, "less:1").incoming, null)
    const computed = values(explanation, { v: 2 })
    const markdown = printExplanation(explanation, computed, "markdown")
    assert.include(markdown, "| floor:1 = floor(v) | 2 | none |  | v ← none |")
  })

  it("starts from a residual where the value is no scalar, and asks for one otherwise", () => {
    const v = input("v", [2])
    assert.throws(() => explain(v), "explain(f32[2]): expected a scalar float, or a residual to start from")
    const explanation = explain(op.mul(v, 2) as AnyExpr, { residual: constant([1, 10]) })
    assert.deepStrictEqual(
      Array.from(values(explanation, { v: [3, 4] })[row(explanation, "v").incoming!.output]!),
      [2, 20]
    )
  })

  it("prints small tensors whole and large ones as shape and norm, and JSON that reads back", () => {
    const w = slot("w", [2, 3])
    const explanation = explain(op.sum(op.square(w)))
    const computed = values(explanation, { w: [3, 4, 0, 0, 0, 0] })
    const text = printExplanation(explanation, computed, "text")
    assert.include(text, "[2×3] ‖5‖")
    assert.include(text, "[2×3] ‖10‖")
    const [first] = JSON.parse(printExplanation(explanation, computed, "json")) as ReadonlyArray<
      Record<string, unknown>
    >
    assert.deepStrictEqual(first?.["gradient"], { dtype: "f32", shape: [2, 3], norm: 10 })
  })
})
