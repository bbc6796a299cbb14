import { op } from "@residual/core"
import fc from "fast-check"
import { shape } from "../arbitrary/shape.ts"
import { boolTensor, integerTensor, tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

const sizes = fc.record({
  outer: fc.constantFrom([], [1], [2], [1, 2]),
  queries: fc.integer({ min: 1, max: 3 }),
  keys: fc.integer({ min: 1, max: 3 }),
  width: fc.integer({ min: 1, max: 2 }),
  read: fc.integer({ min: 1, max: 2 })
})

/** Rows of attention and of the positions that it is given. */
export const attentionLaws: ReadonlyArray<Law> = [
  {
    op: "attention",
    cases: fc.tuple(sizes, fc.boolean()).chain(([{ outer, queries, keys, width, read }, causal]) =>
      fc
        .record({
          query: tensor([...outer, Math.min(queries, causal ? keys : queries), width]),
          key: tensor([...outer, keys, width]),
          value: tensor([...outer, keys, read])
        })
        .map((inputs) =>
          lawCase(inputs, ({ query, key, value }) => op.attention(query, key, value, { causal }), { causal })
        )
    )
  },
  {
    op: "attention",
    variant: "with a mask, under which some queries read nothing",
    cases: sizes.chain(({ outer, queries, keys, width, read }) =>
      fc
        .record({
          query: tensor([...outer, queries, width]),
          key: tensor([...outer, keys, width]),
          value: tensor([...outer, keys, read]),
          mask: boolTensor([queries, keys])
        })
        .map((inputs) =>
          lawCase(inputs, ({ query, key, value, mask }) => op.attention(query, key, value, { mask, scale: 0.5 }))
        )
    )
  },
  {
    op: "attention",
    variant: "with two query heads for each key head",
    cases: fc
      .boolean()
      .chain((causal) =>
        fc
          .record({ query: tensor([1, 4, 2, 2]), key: tensor([1, 2, 3, 2]), value: tensor([1, 2, 3, 1]) })
          .map((inputs) =>
            lawCase(inputs, ({ query, key, value }) => op.attention(query, key, value, { causal }), { causal })
          )
      )
  },
  {
    op: "rotaryEmbedding",
    cases: fc
      .tuple(shape({ minRank: 1, maxRank: 3, maxSize: 3, maxElements: 6 }), fc.constantFrom(2, 4), fc.boolean())
      .chain(([outer, width, interleaved]) => {
        const form = interleaved ? ("interleaved" as const) : ("halfSplit" as const)
        return fc
          .record({ x: tensor([...outer, width]), positions: integerTensor(outer.slice(-1), 0, 9) })
          .map((inputs) =>
            lawCase(inputs, ({ x, positions }) => op.rotaryEmbedding(x, { positions, form, base: 100 }), { form })
          )
      })
  },
  {
    op: "rotaryEmbedding",
    variant: "at positions 0, 1, 2 …",
    cases: tensor([2, 3, 4]).map((x) => lawCase({ x }, ({ x }) => op.rotaryEmbedding(x)))
  }
]
