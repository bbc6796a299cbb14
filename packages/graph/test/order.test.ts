import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, composite, input, op, slot } from "@residual/core"
import {
  allocate,
  type Computation,
  compile,
  fuse,
  type Graph,
  grad,
  order,
  type Program,
  separate,
  simplify,
  verify
} from "../src/index.ts"
import { graphOf, right, x } from "./fixture/graphs.ts"

const layers = 6

const weights = Array.from({ length: layers }, (_, at) => slot(`w${at}`, [16, 16]))

/** Gradients of a deep chain of products, asked for from the first parameter on. */
const deep: Computation = {
  outputs: Object.fromEntries(
    grad(
      op.sum(op.square(weights.reduce<AnyExpr>((y, weight) => op.matmul(y, weight), input("x", [256, 16])))),
      weights
    ).map((gradient, at) => [`g${at}`, gradient as AnyExpr])
  )
}

const peakOf = (graph: Graph): number => allocate(graph, fuse(graph)).peakBytes

describe("order", () => {
  it("drops what nothing needs, and keeps what is needed after what it needs", () => {
    const { nodes, outputs } = graphOf({ outputs: { y: op.add(op.exp(x), op.exp(x)) } })
    const unused = { ...(nodes[1] as Graph["nodes"][number]), op: "tanh" }
    const ordered = order(right(verify({ nodes: [...nodes, unused], outputs, updates: [] })))
    right(verify(ordered))
    assert.deepStrictEqual(
      ordered.nodes.map(({ op }) => op),
      ["input", "exp", "exp", "add"]
    )
  })

  it("computes the last layer's gradient first, so that residuals do not wait for it", () => {
    const graph = simplify(graphOf(deep))
    const ordered = order(graph)
    const gradients = ordered.outputs.map(({ id }) => id)
    assert.deepStrictEqual(
      gradients,
      [...gradients].sort((a, b) => b - a)
    )
    assert.isBelow(peakOf(ordered), 0.7 * peakOf(graph))
  })

  it("runs a recomputation in the backward pass, so that it saves memory", () => {
    const layer = ([y, weight]: ReadonlyArray<AnyExpr>): AnyExpr => {
      const inner = op.tanh(op.matmul(y as AnyExpr, weight as AnyExpr))
      return op.tanh(op.matmul(op.tanh(op.matmul(inner, weight as AnyExpr)), weight as AnyExpr))
    }
    const again = composite("again", {
      body: layer,
      backward: ([r], { inputs }) => {
        const values = inputs.map((value) => op.barrier(value))
        return grad(op.sum(op.mul(layer(values), r as AnyExpr)), values) as ReadonlyArray<AnyExpr>
      }
    })
    const [kept, recomputed] = [layer, (values: ReadonlyArray<AnyExpr>) => again(values, {})].map((apply) => {
      const y = weights.reduce<AnyExpr>((y, weight) => apply([y, weight]), input("x", [256, 16]))
      const gradients = grad(op.sum(op.square(y)), weights)
      const outputs = Object.fromEntries(gradients.map((gradient, at) => [`g${at}`, gradient as AnyExpr]))
      return right(compile({ outputs }, { claims: new Set() }))
    }) as [Program, Program]
    assert.strictEqual(recomputed.graph.nodes.filter(({ op }) => op === "barrier").length, 2 * layers)
    assert.isBelow(recomputed.peakBytes, 0.7 * kept.peakBytes)
  })
})

describe("separate", () => {
  it("copies the old value of a slot that is replaced, where an output or another slot takes it", () => {
    const [a, b] = [slot("a", [2]), slot("b", [2])]
    const swapped = separate(graphOf({ outputs: { before: a }, updates: { a: b, b: a } }))
    assert.deepStrictEqual(
      swapped.nodes.map(({ op }) => op),
      ["input", "input", "barrier", "barrier"]
    )
    assert.deepStrictEqual(swapped.outputs, [{ name: "before", id: 2 }])
    assert.deepStrictEqual(swapped.updates, [
      { name: "a", id: 3 },
      { name: "b", id: 2 }
    ])
  })

  it("leaves a graph alone whose outputs read slots that stay as they are", () => {
    const [a, b] = [slot("a", [2]), slot("b", [2])]
    const graph = graphOf({ outputs: { a }, updates: { b: a, a } })
    assert.strictEqual(separate(graph).nodes.length, graph.nodes.length)
    assert.strictEqual(separate(graphOf({ outputs: {}, updates: { a: op.exp(b) } })).nodes.length, 2)
  })
})
