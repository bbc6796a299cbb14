import { op } from "@residual/core"
import fc from "fast-check"
import { axis } from "../arbitrary/attribute.ts"
import { distinct } from "../arbitrary/domain.ts"
import { shape } from "../arbitrary/shape.ts"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

const front = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** Rows of ops that order elements, which all differ. */
export const orderLaws: ReadonlyArray<Law> = [
  {
    op: "cumSum",
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc
        .record({ x: tensor(shape), axis: axis(shape), reverse: fc.boolean() })
        .map(({ x, ...options }) => lawCase({ x }, ({ x }) => op.cumSum(x, options), options))
    )
  },
  {
    op: "sort",
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc.record({ x: tensor(shape, distinct), axis: axis(shape), descending: fc.boolean() }).map(({ x, ...options }) =>
        lawCase(
          { x },
          ({ x }) => {
            const { values, indices } = op.sort(x, options)
            return [values, indices]
          },
          options
        )
      )
    )
  },
  {
    op: "topK",
    cases: shape({ minRank: 1 }).chain((shape) =>
      axis(shape).chain((axis) =>
        fc
          .record({
            x: tensor(shape, distinct),
            k: fc.integer({ min: 1, max: shape[front(axis, shape.length)] as number })
          })
          .map(({ x, k }) =>
            lawCase(
              { x },
              ({ x }) => {
                const { values, indices } = op.topK(x, k, { axis })
                return [values, indices]
              },
              { k, axis }
            )
          )
      )
    )
  }
]
