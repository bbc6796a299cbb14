import { assert, describe, it } from "@effect/vitest"
import { type AnyExpr, type Composite, claimable, input, op, slot } from "@residual/core"
import { type Computation, compile, grad, type Node, type Program, type Region, readLayout } from "../src/index.ts"
import { gptBase, gptStep } from "./fixture/gptStep.ts"
import { graphOf, regionsOf, right } from "./fixture/graphs.ts"

const programOf = (computation: Computation, claims: ReadonlyArray<Composite> = []): Program =>
  right(compile(computation, { claims: new Set(claims) }))

const regions = (y: AnyExpr, claims: ReadonlyArray<Composite> = []): ReadonlyArray<string> =>
  regionsOf(programOf({ outputs: { y } }, claims))

const f = (name: string, ...shape: ReadonlyArray<number>): AnyExpr => input(name, shape)
const x = f("x", 4, 8)
const w = f("w", 8, 6)
const tokens = input("tokens", [4], { dtype: "i32" })

describe("fuse", () => {
  it("walks an elementwise tree and its views in one space", () => {
    const part = op.swapLast(op.slice(x, { stops: [4, 4] }))
    const padded = op.pad(f("s", 2, 4), { before: [1, 0], after: [1, 0] })
    assert.deepStrictEqual(regions(op.add(op.mul(part, f("row", 4)), padded)), [
      "elementwise: pad slice transpose reshape broadcast mul add (3 -> 1)"
    ])
  })

  it("computes a softmax, its gradient, and a layer norm in a region each", () => {
    assert.deepStrictEqual(regions(op.softmax(op.mul(x, 3))), [
      "reduction: mul max equal where neg broadcast add exp sum equal where broadcast div (1 -> 1)"
    ])
    const gradient = grad(op.sum(op.mul(op.softmax(x), f("r", 4, 8))), [x])[0] as AnyExpr
    assert.deepStrictEqual(regions(gradient), [
      "reduction: max equal where neg broadcast add exp sum equal where broadcast div mul sum neg broadcast add mul (2 -> 1)"
    ])
    assert.strictEqual(regions(op.layerNorm(x, { scale: f("scale", 8), bias: f("bias", 8) })).length, 1)
  })

  it("computes the gradient of a layer norm in a region for each direction that it reduces along", () => {
    const [scale, bias] = [f("scale", 8), f("bias", 8)]
    const loss = op.sum(op.mul(op.layerNorm(x, { scale, bias }), f("r", 4, 8)))
    const [toX, toScale, toBias] = grad(loss, [x, scale, bias]) as [AnyExpr, AnyExpr, AnyExpr]
    const { regions, graph } = programOf({ outputs: { toX, toScale, toBias } })
    assert.deepStrictEqual(
      regions.map(({ kind }) => kind),
      ["reduction", "reduction"]
    )
    const sums = regions.map(({ nodes }) => nodes.filter((id) => graph.nodes[id]?.op === "sum").length)
    assert.deepStrictEqual([...sums].sort(), [2, 4])
  })

  it("lets reductions of the same elements share a region", () => {
    const y = op.add(op.sum(x, { axes: [0] }), op.sum(op.exp(x), { axes: [0] }))
    assert.deepStrictEqual(regions(y), ["reduction: sum reshape exp sum reshape add (1 -> 1)"])
    const two = programOf({ outputs: { a: op.sum(x, { axes: [0] }), b: op.max(op.exp(x), { axes: [0] }) } })
    assert.deepStrictEqual(regionsOf(two), ["reduction: sum reshape exp max reshape (1 -> 2)"])
  })

  it("reads a product's operands through views, and computes bias and gelu in its epilogue", () => {
    const product = op.matmul(op.swapLast(f("a", 8, 4)), op.swapLast(f("b", 6, 8)))
    assert.deepStrictEqual(regions(op.gelu(op.add(product, f("bias", 6)))), [
      "product: transpose transpose dot reshape broadcast add mul erf add mul mul (3 -> 1)"
    ])
  })

  it("writes a product behind a transposition", () => {
    assert.deepStrictEqual(regions(op.mul(op.swapLast(op.matmul(x, w)), 3)), ["product: dot transpose mul (2 -> 1)"])
  })

  it("reads the windows of a convolution where they lie", () => {
    const y = op.relu(op.conv2d(f("image", 1, 2, 6, 6), f("kernel", 3, 2, 3, 3)))
    assert.deepStrictEqual(regions(y), ["product: reshape window transpose reshape dot reshape maximum (2 -> 1)"])
  })

  it("keeps a product's value beside its epilogue where others read it", () => {
    const product = op.matmul(x, w)
    const program = programOf({ outputs: { y: op.exp(product), z: op.matmul(product, f("w2", 6, 2)) } })
    assert.deepStrictEqual(regionsOf(program), ["product: dot exp (2 -> 2)", "product: dot (2 -> 1)"])
  })

  it("gives a region one product", () => {
    assert.deepStrictEqual(regions(op.add(op.matmul(x, w), op.matmul(f("x2", 4, 8), w))), [
      "product: dot (2 -> 1)",
      "product: dot add (3 -> 1)"
    ])
  })

  it("leaves what follows a product to the product, rather than to the reduction that reads it", () => {
    assert.deepStrictEqual(
      regions(op.softmax(op.exp(op.matmul(x, w)))).map((region) => region.slice(0, 18)),
      ["product: dot exp (", "reduction: max equ"]
    )
  })

  it("computes before and after gathers, scatters and random bits", () => {
    const table = f("table", 10, 8)
    assert.deepStrictEqual(regions(op.add(op.gather(table, tokens), x)), ["gather: gather add (3 -> 1)"])
    const loss = op.sum(op.mul(op.gather(table, tokens), op.mul(x, 3)))
    assert.deepStrictEqual(regions(op.mul(grad(loss, [table])[0] as AnyExpr, 5)), [
      "scatter: mul scatterAdd mul (2 -> 1)"
    ])
    const kept = op.less(op.uniform(input("key", [2], { dtype: "u32" }), [4, 8]), 0.9)
    assert.deepStrictEqual(
      regions(op.where(kept, op.exp(x), 0)).map((region) => region.slice(0, 7)),
      ["random:"]
    )
  })

  it("runs claimed composites, scans and sorts alone, each output by itself", () => {
    assert.deepStrictEqual(regions(op.exp(op.softmax(op.exp(x))), [claimable.softmax]), [
      "elementwise: exp (1 -> 1)",
      "claimed: softmax (1 -> 1)",
      "elementwise: exp (1 -> 1)"
    ])
    const { values, indices } = op.topK(x, 2)
    const sorted = programOf({ outputs: { values, indices } })
    assert.deepStrictEqual(regionsOf(sorted), ["scanning: sort project project (1 -> 2)"])
    assert.deepStrictEqual(regions(op.topK(x, 2).indices), ["scanning: sort project (1 -> 1)"])
    assert.deepStrictEqual(regions(op.cumSum(op.exp(x), { axis: 1 })), [
      "elementwise: exp (1 -> 1)",
      "scanning: cumSum (1 -> 1)"
    ])
  })

  it("hands a claimed composite what views make of a value, by strides and without a copy", () => {
    const qkv = op.add(op.matmul(f("hidden", 2, 5, 8), f("weight", 8, 24)), f("bias", 24))
    const part = (which: number, from = qkv): AnyExpr => {
      const rows = op.slice(from, { starts: [0, 0, 8 * which], stops: [2, 5, 8 * which + 8] })
      return op.transpose(op.reshape(rows, [2, 5, 2, 4]), [0, 2, 1, 3])
    }
    const mask = op.broadcastTo(input("mask", [5, 5], { dtype: "bool" }), [2, 2, 5, 5])
    const read = op.attention(part(0), part(1), part(2, op.barrier(qkv)), { mask })
    const program = programOf({ outputs: { read } }, [claimable.attention])
    const [product, attention, ...others] = program.regions as [Region, Region]
    assert.deepStrictEqual([product.kind, attention.kind, others.length], ["product", "claimed", 0])
    const { nodes } = program.graph
    const node = nodes[attention.nodes.find((id) => nodes[id]?.op === "attention") as number] as Node
    const operands = node.inputs.map((operand) => readLayout(program.graph, attention, operand))
    assert.deepStrictEqual(
      operands.map((operand) => [nodes[operand?.read as number]?.op, operand?.layout.offset]),
      [
        ["add", 0],
        ["add", 8],
        ["add", 16],
        ["input", 0]
      ]
    )
    assert.deepStrictEqual(operands[0]?.layout.axes, [
      [{ size: 2, stride: 120 }],
      [{ size: 2, stride: 4 }],
      [{ size: 5, stride: 24 }],
      [{ size: 4, stride: 1 }]
    ])
  })

  it("computes for a claimed composite what strides do not express", () => {
    assert.deepStrictEqual(regions(op.softmax(op.pad(x, { after: [0, 1] })), [claimable.softmax]), [
      "movement: pad (1 -> 1)",
      "claimed: softmax (1 -> 1)"
    ])
  })

  it("does not cross a barrier", () => {
    assert.deepStrictEqual(regions(op.exp(op.barrier(op.exp(x)))), [
      "elementwise: exp (1 -> 1)",
      "elementwise: barrier exp (1 -> 1)"
    ])
  })

  it("finds in memory what must lie there, though it looks through the same view beside", () => {
    const view = op.reshape(x, [8, 4])
    assert.deepStrictEqual(regions(op.dot(op.barrier(view), op.swapLast(view))), [
      "movement: reshape (1 -> 1)",
      "product: barrier transpose dot (1 -> 1)"
    ])
  })

  it("computes what is cheap where it is used, and keeps what is not", () => {
    const mask = op.less(op.iota([8, 8], { axis: 0 }), op.iota([8, 8], { axis: 1 }))
    const masked = (y: AnyExpr): AnyExpr => op.sum(op.where(mask, y, 0))
    const cheap = programOf({
      outputs: { y: op.matmul(op.where(mask, f("a", 8, 8), 0), op.where(mask, f("b", 8, 8), 0)) }
    })
    assert.strictEqual(
      cheap.regions.filter(({ nodes }) => nodes.some((id) => cheap.graph.nodes[id]?.op === "iota")).length,
      2
    )
    assert.isTrue(cheap.regions.every(({ writes }) => writes.every((id) => cheap.graph.nodes[id]?.op !== "less")))
    const tanh = op.tanh(f("c", 8, 8))
    const kept = programOf({ outputs: { y: masked(tanh), z: op.matmul(tanh, tanh) } })
    assert.strictEqual(
      kept.regions.filter(({ nodes }) => nodes.some((id) => kept.graph.nodes[id]?.op === "tanh")).length,
      1
    )
  })

  it("takes single elements by value", () => {
    const program = programOf({ outputs: { y: op.mul(x, op.exp(input("rate", []))) } })
    assert.deepStrictEqual(
      program.regions.map(({ scalars }) => scalars.length),
      [0, 1]
    )
  })

  it("updates all parameters in one region, with a segment for each and attributes for what differs", () => {
    const parameters = [[4, 8], [8], [2, 3]].map((shape, at) => slot(`p${at}`, shape))
    const update = (parameter: AnyExpr, at: number): AnyExpr =>
      op.sub(
        parameter,
        op.mul(op.add(input(`g${at}`, parameter.type.shape), op.mul(parameter, at === 1 ? 0 : 0.1)), input("rate", []))
      )
    const program = programOf({
      outputs: {},
      updates: Object.fromEntries(parameters.map((parameter, at) => [`p${at}`, update(parameter, at)]))
    })
    const [region] = program.regions as readonly [Region]
    assert.strictEqual(program.regions.length, 1)
    assert.strictEqual(region.kind, "multiTensor")
    assert.deepStrictEqual(
      region.segments.map(({ elements }) => elements),
      [32, 8, 6]
    )
    assert.deepStrictEqual(
      region.segments.map(({ attributes }) => attributes),
      [[0.1], [0], [0.1]]
    )
    assert.deepStrictEqual(
      region.varying.map((at) => program.graph.nodes[region.segments[0]?.nodes[at] as number]?.op),
      ["constant"]
    )
    assert.deepStrictEqual(
      region.scalars.map((id) => program.graph.nodes[id]?.attrs["name"]),
      ["rate"]
    )
    assert.deepStrictEqual(program.slotGroups, [["p0", "p1", "p2"]])
    assert.isTrue(program.slots.every(({ inPlace }) => inPlace))
  })

  it("makes the update of a parameter and those of its moments one segment, guarded ones too", () => {
    const finite = op.less(input("loss", []), 1)
    const updates = [[4, 8], [8]].flatMap((shape, at) => {
      const [parameter, moment] = [slot(`p${at}`, shape), slot(`m${at}`, shape)]
      const next = op.add(op.mul(moment, 0.9), input(`g${at}`, shape))
      return [
        [`p${at}`, op.where(finite, op.sub(parameter, op.mul(next, input("rate", []))), parameter)],
        [`m${at}`, op.where(finite, next, moment)]
      ] as const
    })
    const { regions, slots, buffers } = programOf({ outputs: {}, updates: Object.fromEntries(updates) })
    assert.deepStrictEqual(
      regions.map(({ kind, writes }) => [kind, writes.length]),
      [
        ["elementwise", 1],
        ["multiTensor", 4]
      ]
    )
    assert.isTrue(slots.every(({ inPlace }) => inPlace))
    assert.strictEqual(buffers.length, 1)
  })

  it("splits rows that are too long for one region to walk again", () => {
    const deviation = (length: number): ReadonlyArray<string> => {
      const values = f("values", length)
      return programOf({ outputs: { y: op.sum(op.exp(op.sub(values, op.max(values)))) } }).regions.map(
        ({ kind }) => kind
      )
    }
    assert.deepStrictEqual(deviation(65536), ["reduction"])
    assert.deepStrictEqual(deviation(65537), ["reduction", "reduction"])
  })

  it("compiles a long chain and a value that very many read", () => {
    const chain = Array.from({ length: 20_000 }).reduce<AnyExpr>((y) => op.sin(y), x)
    const uses = Array.from({ length: 20_000 }, (_, at) => [`y${at}`, op.add(x, at)] as const)
    const program = programOf({ outputs: { chain, ...Object.fromEntries(uses) } })
    assert.isAbove(program.regions.length, 20_000 / 256)
  })

  it("merges regions that are far apart only where it keeps no more in memory", () => {
    const far = (y: AnyExpr): AnyExpr => Array.from({ length: 12 }).reduce<AnyExpr>((z) => op.cumSum(z, { axis: 0 }), y)
    const late = (f: (x: AnyExpr) => AnyExpr): Program =>
      programOf({ outputs: { a: far(op.tanh(x)), b: op.cumSum(op.add(f(x), far(op.tanh(x))), { axis: 1 }) } })
    const tables = late((x) => op.exp(op.cumSum(x, { axis: 0 })))
    const once = tables.regions.filter(({ nodes }) => nodes.some((id) => tables.graph.nodes[id]?.op === "tanh"))
    assert.strictEqual(once.length, 1)
    assert.isFalse(once.some(({ nodes }) => nodes.some((id) => tables.graph.nodes[id]?.op === "exp")))
  })

  it("computes the terms of a norm over many tensors in one region", () => {
    const norm = [[4, 8], [8], [2, 3]]
      .map((shape, at) => op.sum(op.square(input(`g${at}`, shape))))
      .reduce((total, term) => op.add(total, term))
    const program = programOf({ outputs: { norm: op.sqrt(norm) } })
    assert.deepStrictEqual(
      program.regions.map(({ kind }) => kind),
      ["multiTensor", "elementwise"]
    )
    assert.deepStrictEqual(
      program.regions[0]?.segments.map(({ writes }) => writes.length),
      [1, 1, 1]
    )
  })

  it("takes a number of regions for a GPT's step that grows by the same for every block", () => {
    const counts = [1, 2, 3, 4].map((blocks) => {
      const { regions, graph } = programOf(gptStep({ ...gptBase, blocks }))
      const visits = regions.reduce((sum, { nodes }) => sum + nodes.length, 0)
      return { regions: regions.length, nodes: graph.nodes.length, visits }
    })
    const growth = counts.slice(1).map((count, at) => ({
      regions: count.regions - (counts[at]?.regions ?? 0),
      nodes: count.nodes - (counts[at]?.nodes ?? 0),
      visits: count.visits - (counts[at]?.visits ?? 0)
    }))
    assert.deepStrictEqual(growth[1], growth[0])
    assert.deepStrictEqual(growth[2], growth[0])
    assert.isAtMost(growth[0]?.regions ?? Infinity, 31)
  })

  it("gives the multi-tensor regions of a GPT's step all parameters", () => {
    const program = programOf(gptStep({ ...gptBase, blocks: 2 }))
    const parameters = graphOf(gptStep({ ...gptBase, blocks: 2 })).updates.filter(({ name }) =>
      name.startsWith("first.")
    ).length
    const tensors = program.regions.filter(({ kind }) => kind === "multiTensor").map(({ segments }) => segments.length)
    assert.deepStrictEqual(tensors, [parameters, parameters])
    assert.isTrue(program.slots.every(({ inPlace }) => inPlace))
  })
})
