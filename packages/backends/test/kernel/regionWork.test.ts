import { type AnyExpr, input, op, slot } from "@residual/core"
import { type Claims, type Computation, compile } from "@residual/graph"
import { assert, describe, it } from "vitest"
import { claims } from "../../src/cpu/claims.ts"
import { regionWork, type Work } from "../../src/kernel/regionWork.ts"

/** The work of each region of a computation. */
const works = (computation: Computation, claimed: Claims = new Set()): ReadonlyArray<Work> => {
  const program = compile(computation, { claims: claimed })
  if (program._tag === "Left") throw program.left
  return program.right.regions.map((region) => regionWork(program.right, region))
}

const work = (y: AnyExpr, claimed?: Claims): ReadonlyArray<Work> => works({ outputs: { y } }, claimed)

const x: AnyExpr = input("x", [8, 16])
const i32 = { dtype: "i32" } as const

describe("the work of a region", () => {
  it.each([
    ["an op for each element, and each value once", op.mul(op.add(x, x), op.exp(x)), { flop: 3 * 128, bytes: 2 * 512 }],
    ["a number of a row once", op.mul(x, input("rows", [8, 1])), { flop: 128, bytes: 2 * 512 + 32 }],
    ["a reduction for each element of what it reduces", op.sum(x, { axes: [1] }), { flop: 128, bytes: 512 + 32 }],
    ["in doubles", op.neg(input("x", [4], { dtype: "f64" })), { flop: 4, bytes: 64 }],
    ["nothing for whole numbers", op.mul(input("x", [4], i32), 3), { flop: 0, bytes: 32 }],
    ["nothing for what is moved", op.concat([x, x], { axis: 0 }), { flop: 0, bytes: 512 + 1024 }],
    [
      "what is cut out, and not the rest",
      op.neg(op.slice(x, { starts: [0, 4], stops: [8, 8] })),
      { flop: 32, bytes: 2 * 128 }
    ],
    [
      "rows that are looked up, and not the table",
      op.gather(input("table", [1000, 4]), input("at", [5], i32)),
      { flop: 0, bytes: 20 + 2 * 80 }
    ],
    [
      "a product by its depth, and its epilogue",
      op.tanh(op.matmul(input("a", [3, 8, 16]), input("b", [3, 16, 4]))),
      { flop: 2 * 3 * 8 * 4 * 16 + 3 * 8 * 4, bytes: 4 * (3 * 8 * 16 + 3 * 16 * 4 + 3 * 8 * 4) }
    ]
  ])("counts %s", (_, y, expected) => {
    assert.deepStrictEqual(work(y), [expected])
  })

  it("counts an attention by its products, half of them where it is causal", () => {
    const [q, k, v] = ["q", "k", "v"].map((name) => input(name, [2, 4, 8, 16])) as [AnyExpr, AnyExpr, AnyExpr]
    const bytes = 4 * (4 * 2 * 4 * 8 * 16)
    assert.deepStrictEqual(work(op.attention(q, k, v), claims), [{ flop: 2 * 8 * 64 * 32, bytes }])
    assert.deepStrictEqual(work(op.attention(q, k, v, { causal: true }), claims), [{ flop: 2 * 8 * 36 * 32, bytes }])
    const one = input("one", [2, 4, 1, 16])
    assert.strictEqual(work(op.attention(one, k, v, { causal: true }), claims)[0]?.flop, 2 * 8 * 8 * 32)
  })

  it("counts another composite that is claimed by what it is made of", () => {
    const gelu = op.gelu(x)
    const [whole] = work(gelu, new Set([gelu.op as never]))
    const [inlined] = work(gelu)
    assert.deepStrictEqual(whole, inlined)
    assert.isAbove(whole?.flop ?? 0, 128)
  })

  const cache = slot("cache", [1000, 4])
  const row = input("row", [1, 4])

  it("counts the part that is replaced where that is done in place, and the whole where it is copied", () => {
    const at = input("at", [2], i32)
    const next = op.dynamicUpdateSlice(cache, row, at)
    assert.deepStrictEqual(works({ outputs: {}, updates: { cache: next } }), [{ flop: 0, bytes: 8 + 2 * 16 }])
    const other = op.dynamicUpdateSlice(input("whole", [1000, 4]), row, at)
    assert.deepStrictEqual(work(other), [{ flop: 0, bytes: 8 + 16 + 2 * 16_000 }])
  })

  it("counts what is added to in place as read and written", () => {
    const next = op.scatterAdd(slot("sums", [1000]), input("at", [4], i32), input("more", [4]))
    assert.deepStrictEqual(works({ outputs: {}, updates: { sums: next } }), [{ flop: 4, bytes: 4 * 16 }])
  })

  it("adds up the segments of a region over many tensors", () => {
    const names = ["a", "b", "c"]
    const updates = Object.fromEntries(names.map((name) => [name, op.mul(slot(name, [5]), input("rate", []))]))
    assert.deepStrictEqual(works({ outputs: {}, updates }), [{ flop: 15, bytes: 2 * 60 + 4 }])
  })
})
