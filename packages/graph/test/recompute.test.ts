import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, composite, input, op, slot } from "@residual/core"
import {
  allocate,
  type Computation,
  compile,
  fuse,
  type Graph,
  grad,
  hessianVectorProduct,
  order,
  print,
  simplify,
  verify
} from "../src/index.ts"
import { graphOf, right, x } from "./fixture/graphs.ts"

interface Layer {
  readonly y: AnyExpr
  readonly weight: AnyExpr
}

/** A layer that keeps much for its backward. */
const layer = ({ y, weight }: Layer): AnyExpr => {
  const inner = op.tanh(op.matmul(y, weight))
  return op.tanh(op.matmul(op.tanh(op.matmul(inner, weight)), weight))
}

const layers = 8
const weights = Array.from({ length: layers }, (_, at) => slot(`w${at}`, [16, 16]))
const start = input("x", [256, 16])

const chain = (f: (layer: Layer) => AnyExpr): AnyExpr =>
  op.sum(op.square(weights.reduce<AnyExpr>((y, weight) => f({ y, weight }), start)))

const gradientsOf = (loss: AnyExpr, by: ReadonlyArray<AnyExpr>): Computation => ({
  outputs: { loss, ...Object.fromEntries(grad(loss, by).map((gradient, at) => [`g${at}`, gradient as AnyExpr])) }
})

const count = (graph: Graph, name: string): number => graph.nodes.filter(({ op }) => op === name).length

const peakOf = (computation: Computation): number => right(compile(computation, { claims: new Set() })).peakBytes

/** What was recomputed before a barrier could be told what it comes after. */
const early = composite("early", {
  body: ([y, weight]) => layer({ y: y as AnyExpr, weight: weight as AnyExpr }),
  backward: ([r], { inputs }) => {
    const [y, weight] = inputs.map((value) => op.barrier(value)) as [AnyExpr, AnyExpr]
    return grad(op.sum(op.mul(layer({ y, weight }), r as AnyExpr)), [y, weight]) as ReadonlyArray<AnyExpr>
  }
})

describe("recomputation", () => {
  it("adds nothing to a forward pass", () => {
    const [kept, again] = [layer, op.recompute(layer)].map((f) => simplify(graphOf({ outputs: { y: chain(f) } })))
    assert.strictEqual(print(order(again as Graph)), print(order(kept as Graph)))
  })

  it("computes again what the backward reads, of everything that a layer reads, and no pass merges it back", () => {
    const graph = order(simplify(graphOf(gradientsOf(chain(op.recompute(layer)), weights))))
    right(verify(graph))
    // The last tanh of a layer is read for its own derivative, too.
    assert.strictEqual(count(graph, "tanh"), 2 * 3 * layers)
    assert.strictEqual(count(graph, "barrier"), 2 * layers)
    const linear = op.recompute(({ y, weight }: Layer) => op.matmul(y, weight))
    assert.strictEqual(count(order(simplify(graphOf(gradientsOf(chain(linear), [start])))), "dot"), 2 * layers)
  })

  it("takes less memory, whatever one differentiates by", () => {
    for (const by of [weights, [start], weights.slice(0, 1)]) {
      const [kept, again] = [layer, op.recompute(layer)].map((f) => peakOf(gradientsOf(chain(f), by)))
      assert.isBelow(again as number, 0.7 * (kept as number))
    }
  })

  it("waits for the residual, without which recomputations would all run first", () => {
    const peak = (f: (layer: Layer) => AnyExpr): number => peakOf(gradientsOf(chain(f), [start]))
    assert.isAbove(
      peak(({ y, weight }) => early([y, weight], {})),
      1.5 * peak(op.recompute(layer))
    )
  })

  it("within a recomputation is computed once more by the outer one's backward", () => {
    const inner = op.recompute(({ y, weight }: Layer) => op.tanh(op.matmul(y, weight)))
    const outer = op.recompute(({ y, weight }: Layer) => inner({ y: op.exp(inner({ y, weight })), weight }))
    const y = outer({ y: start, weight: weights[0] as AnyExpr })
    const graph = order(simplify(graphOf(gradientsOf(op.sum(y), [start]))))
    right(verify(graph))
    // Forward: two. In the backward of the outer one: the first again, then each again for its own backward.
    assert.strictEqual(count(graph, "tanh"), 2 + 1 + 2)
  })

  it("has derivatives of its derivative", () => {
    const w = weights[0] as AnyExpr
    const loss = op.sum(op.recompute(layer)({ y: start, weight: w }))
    const product = hessianVectorProduct(loss, { w }, { w: input("v", [16, 16]) })
    right(compile({ outputs: { product: product.w } }, { claims: new Set() }))
  })
})

describe("what a barrier comes after", () => {
  const ops = ({ nodes }: Graph): ReadonlyArray<string> => nodes.map(({ op }) => op)

  it("is computed first and then forgotten", () => {
    const late = op.tanh(op.exp(op.sin(x)))
    const again = op.barrier(x, { after: [late] })
    const graph = order(simplify(graphOf({ outputs: { y: op.add(op.cos(again), late), again: op.cos(x) } })))
    right(verify(graph))
    assert.deepStrictEqual(ops(graph), ["input", "cos", "sin", "exp", "tanh", "barrier", "cos", "add"])
    assert.deepStrictEqual(graph.nodes[5]?.inputs, [0])
  })

  it("is not computed where nothing else needs it", () => {
    const graph = order(simplify(graphOf({ outputs: { y: op.cos(op.barrier(x, { after: [op.exp(x)] })) } })))
    assert.deepStrictEqual(ops(graph), ["input", "barrier", "cos"])
    assert.strictEqual(allocate(graph, fuse(graph)).regions.length, 1)
  })
})
