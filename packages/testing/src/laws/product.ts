import { type AnyExpr, op } from "@residual/core"
import fc from "fast-check"
import { broadcastShapes, shape } from "../arbitrary/shape.ts"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

const small = fc.integer({ min: 1, max: 3 })

const sizes = fc.record({ m: small, k: small, n: small })

const equations = [
  {
    equation: "ij,jk->ik",
    shapes: [
      [2, 3],
      [3, 2]
    ]
  },
  {
    equation: "bqhd,bkhd->bhqk",
    shapes: [
      [1, 2, 2, 2],
      [1, 3, 2, 2]
    ]
  },
  {
    equation: "bij,bjk->ik",
    shapes: [
      [2, 2, 2],
      [2, 2, 3]
    ]
  },
  { equation: "i,j->ij", shapes: [[3], [2]] },
  { equation: "ij->j", shapes: [[2, 3]] },
  { equation: "ii->i", shapes: [[3, 3]] },
  {
    equation: "ij,jk,kl->il",
    shapes: [
      [2, 3],
      [3, 2],
      [2, 2]
    ]
  },
  {
    equation: "...ij,...jk->...ik",
    shapes: [
      [2, 2, 3],
      [3, 2]
    ]
  }
] as const

/** Rows of products of matrices. */
export const productLaws: ReadonlyArray<Law> = [
  {
    op: "dot",
    cases: fc
      .tuple(shape({ maxRank: 2, maxSize: 2 }), sizes)
      .chain(([batch, { m, k, n }]) =>
        fc
          .record({ a: tensor([...batch, m, k]), b: tensor([...batch, k, n]) })
          .map((inputs) => lawCase(inputs, ({ a, b }) => op.dot(a, b)))
      )
  },
  {
    op: "matmul",
    cases: fc
      .tuple(broadcastShapes({ maxRank: 2, maxSize: 2 }), sizes, fc.boolean(), fc.boolean())
      .chain(([batch, { m, k, n }, row, column]) =>
        fc
          .record({
            a: tensor(row && batch.a.length === 0 ? [k] : [...batch.a, m, k]),
            b: tensor(column && batch.b.length === 0 ? [k] : [...batch.b, k, n])
          })
          .map((inputs) => lawCase(inputs, ({ a, b }) => op.matmul(a, b)))
      )
  },
  ...equations.map(
    ({ equation, shapes }): Law => ({
      op: "einsum",
      variant: equation,
      cases: fc.tuple(...shapes.map((shape) => tensor(shape))).map((values) => {
        const inputs = Object.fromEntries(values.map((value, at) => [`x${at}`, value]))
        return lawCase(inputs, (given) => op.einsum(equation, ...values.map((_, at) => given[`x${at}`] as AnyExpr)))
      })
    })
  )
]
