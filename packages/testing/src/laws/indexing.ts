import { apply, op, primitives } from "@residual/core"
import fc from "fast-check"
import { axis } from "../arbitrary/attribute.ts"
import { shape } from "../arbitrary/shape.ts"
import { integerTensor, tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

/** A shape, an axis to look up, axes that are walked together before it, and a shape of indices. */
const lookups = shape({ minRank: 1, maxElements: 16 }).chain((shape) =>
  fc.integer({ min: 0, max: shape.length - 1 }).chain((axis) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.constant(axis),
      batch: fc.integer({ min: 0, max: axis }),
      indices: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 })
    })
  )
)

/** A shape, an axis, and a shape of indices that is no larger but along the axis. */
const reached = shape({ minRank: 1 }).chain((shape) =>
  fc
    .record({
      axis: fc.integer({ min: 0, max: shape.length - 1 }),
      wanted: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }),
      more: fc.integer({ min: 0, max: 1 })
    })
    .map(({ axis, wanted, more }) => ({
      shape,
      axis,
      more,
      places: shape.map((length, at) => (at === axis ? (wanted[at] as number) : Math.min(length, wanted[at] as number)))
    }))
)

/** Rows of ops that look elements up by index, some of them twice. */
export const indexingLaws: ReadonlyArray<Law> = [
  {
    op: "gather",
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc
        .tuple(axis(shape), fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }))
        .chain(([axis, wanted]) =>
          fc
            .record({ x: tensor(shape), indices: integerTensor(wanted, 0, (shape.at(axis) as number) - 1) })
            .map((inputs) => lawCase(inputs, ({ x, indices }) => op.gather(x, indices, { axis }), { axis }))
        )
    )
  },
  {
    op: "gather",
    variant: "with axes walked together",
    cases: lookups.chain(({ shape, axis, batch, indices }) =>
      fc
        .record({
          x: tensor(shape),
          indices: integerTensor([...shape.slice(0, batch), ...indices], 0, (shape[axis] as number) - 1)
        })
        .map((inputs) => {
          const attributes = { axis, batch, outside: 0 }
          return lawCase(inputs, ({ x, indices }) => apply(primitives.gather, [x, indices], attributes), attributes)
        })
    )
  },
  {
    op: "scatterAdd",
    variant: "with axes walked together",
    cases: lookups.chain(({ shape, axis, batch, indices }) =>
      fc
        .record({
          x: tensor(shape),
          indices: integerTensor([...shape.slice(0, batch), ...indices], 0, (shape[axis] as number) - 1),
          updates: tensor([...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)])
        })
        .map((inputs) => {
          const attributes = { axis, batch }
          return lawCase(
            inputs,
            ({ x, indices, updates }) => apply(primitives.scatterAdd, [x, indices, updates], attributes),
            attributes
          )
        })
    )
  },
  {
    op: "indexSelect",
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc
        .tuple(axis(shape), fc.integer({ min: 1, max: 4 }))
        .chain(([axis, count]) =>
          fc
            .record({ x: tensor(shape), indices: integerTensor([count], 0, (shape.at(axis) as number) - 1) })
            .map((inputs) => lawCase(inputs, ({ x, indices }) => op.indexSelect(x, indices, { axis }), { axis }))
        )
    )
  },
  {
    op: "embedding",
    cases: fc
      .tuple(shape({ minRank: 1 }), shape({ maxRank: 2, maxSize: 3 }))
      .chain(([table, wanted]) =>
        fc
          .record({ table: tensor(table), indices: integerTensor(wanted, 0, (table[0] as number) - 1) })
          .map((inputs) => lawCase(inputs, ({ table, indices }) => op.embedding(table, indices)))
      )
  },
  {
    op: "oneHot",
    cases: shape({ maxRank: 2 }).chain((shape) =>
      integerTensor(shape, -1, 3).map((indices) => lawCase({ indices }, ({ indices }) => op.oneHot(indices, 3)))
    ),
    noResidual: "indices have none"
  },
  {
    op: "takeAlongAxis",
    cases: reached.chain(({ shape, axis, places }) =>
      fc
        .record({ x: tensor(shape), indices: integerTensor(places, 0, (shape[axis] as number) - 1) })
        .map((inputs) => lawCase(inputs, ({ x, indices }) => op.takeAlongAxis(x, indices, { axis }), { axis }))
    )
  },
  {
    op: "scatterAdd",
    cases: reached.chain(({ shape, axis, places, more }) =>
      fc
        .record({
          x: tensor(shape),
          indices: integerTensor(places, 0, (shape[axis] as number) - 1),
          updates: tensor(places.map((length) => length + more))
        })
        .map((inputs) =>
          lawCase(inputs, ({ x, indices, updates }) => op.scatterAdd(x, indices, updates, { axis }), { axis })
        )
    )
  }
]
