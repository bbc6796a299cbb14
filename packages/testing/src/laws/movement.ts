import { Tensor } from "@residual/backends"
import { type AnyExpr, op, type Shape } from "@residual/core"
import fc from "fast-check"
import { axis, permutation } from "../arbitrary/attribute.ts"
import { type ShapeOptions, shape } from "../arbitrary/shape.ts"
import { tensor } from "../arbitrary/tensor.ts"
import type { Inputs, Tensors } from "../inputs.ts"
import { type Law, type LawCase, lawCase } from "./law.ts"

/** Cases of a value with attributes that depend on its shape. */
const shaped = <Attrs extends object>(
  attributes: (shape: Shape.Shape) => fc.Arbitrary<Attrs>,
  f: (x: Parameters<typeof op.transpose>[0], attributes: Attrs) => ReturnType<typeof op.transpose>,
  shapes: ShapeOptions = {}
): fc.Arbitrary<LawCase> =>
  shape(shapes).chain((shape) =>
    fc
      .record({ x: tensor(shape), attributes: attributes(shape) })
      .map(({ x, attributes }) => lawCase({ x }, ({ x }) => f(x, attributes), attributes))
  )

/** One number for each axis. */
const perAxis = (shape: Shape.Shape, min: number, max: number): fc.Arbitrary<ReadonlyArray<number>> =>
  fc.array(fc.integer({ min, max }), { minLength: shape.length, maxLength: shape.length })

/** Values that agree but for their sizes along an axis. */
const along = shape({ minRank: 1, maxElements: 12 }).chain((shape) =>
  fc
    .tuple(axis(shape), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }))
    .chain(([axis, sizes]) => {
      const place = axis < 0 ? axis + shape.length : axis
      const values = sizes.map((size) => tensor(shape.map((length, at) => (at === place ? size : length))))
      return fc
        .tuple(...values)
        .map((values): { readonly axis: number; readonly values: ReadonlyArray<Tensor.Tensor> } => ({ axis, values }))
    })
)

/** The inputs in the order of their samples. */
const listOf = (tensors: Tensors, given: Inputs): ReadonlyArray<AnyExpr> =>
  Object.keys(tensors).map((name) => given[name] as AnyExpr)

/** Rows of the ops that move elements and compute nothing. */
export const movementLaws: ReadonlyArray<Law> = [
  {
    op: "reshape",
    cases: shaped(
      (shape) => permutation(shape).map((order) => ({ shape: [...order.map((at) => shape[at] as number), 1] })),
      (x, { shape }) => op.reshape(x, shape)
    )
  },
  {
    op: "expandDims",
    cases: shaped(
      (shape) => axis([...shape, 1]).map((axis) => ({ axis })),
      (x, { axis }) => op.expandDims(x, axis)
    )
  },
  {
    op: "squeeze",
    cases: shaped(
      (shape) =>
        fc
          .option(fc.subarray(shape.flatMap((size, at) => (size === 1 ? [at] : []))), { nil: undefined })
          .map((axes) => ({ axes })),
      (x, { axes }) => op.squeeze(x, axes),
      { maxSize: 2 }
    )
  },
  {
    op: "broadcastTo",
    cases: shaped(
      (shape) =>
        fc
          .record({
            leading: fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 }),
            stretched: perAxis(shape, 1, 3)
          })
          .map(({ leading, stretched }) => ({
            shape: [...leading, ...shape.map((size, at) => (size === 1 ? (stretched[at] as number) : size))]
          })),
      (x, { shape }) => op.broadcastTo(x, shape),
      { maxSize: 2 }
    )
  },
  {
    op: "transpose",
    cases: shaped(
      (shape) => permutation(shape).map((permutation) => ({ permutation })),
      (x, { permutation }) => op.transpose(x, permutation)
    )
  },
  {
    op: "swapLast",
    cases: shaped(
      () => fc.constant({}),
      (x) => op.swapLast(x),
      { minRank: 2 }
    )
  },
  {
    op: "slice",
    cases: shaped(
      (shape) =>
        fc.record({
          starts: perAxis(shape, -4, 4),
          stops: perAxis(shape, -5, 5),
          steps: fc.array(fc.constantFrom(-2, -1, 1, 2, 3), { minLength: shape.length, maxLength: shape.length })
        }),
      (x, options) => op.slice(x, options)
    )
  },
  {
    op: "flip",
    cases: shaped(
      (shape) => fc.option(fc.subarray([...shape.keys()]), { nil: undefined }).map((axes) => ({ axes })),
      (x, { axes }) => op.flip(x, axes)
    )
  },
  {
    op: "pad",
    cases: shaped(
      (shape) =>
        fc.record({ before: perAxis(shape, 0, 2), after: perAxis(shape, 0, 2), value: fc.constantFrom(0, 0.5, -1) }),
      (x, options) => op.pad(x, options),
      { maxElements: 12 }
    )
  },
  {
    op: "pad",
    variant: "reflecting",
    cases: shape({ minRank: 1, maxElements: 8 }).chain((shape) =>
      fc
        .record({
          x: tensor(shape),
          before: fc.tuple(...shape.map((length) => fc.nat(length - 1))),
          after: fc.tuple(...shape.map((length) => fc.nat(length - 1)))
        })
        .map(({ x, ...counts }) => lawCase({ x }, ({ x }) => op.pad(x, { ...counts, mode: "reflect" }), counts))
    )
  },
  {
    op: "concat",
    cases: along.map(({ axis, values }) => {
      const inputs = Object.fromEntries(values.map((value, at) => [`x${at}`, value]))
      return lawCase(inputs, (given) => op.concat(listOf(inputs, given), { axis }), { axis })
    })
  },
  {
    op: "stack",
    cases: shape({ maxElements: 12 }).chain((shape) =>
      fc.tuple(axis([...shape, 1]), fc.integer({ min: 1, max: 3 })).chain(([axis, count]) =>
        fc.array(tensor(shape), { minLength: count, maxLength: count }).map((values) => {
          const inputs = Object.fromEntries(values.map((value, at) => [`x${at}`, value]))
          return lawCase(inputs, (given) => op.stack(listOf(inputs, given), { axis }), { axis })
        })
      )
    )
  },
  {
    op: "split",
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc.record({ axis: axis(shape), cut: fc.nat(), x: tensor(shape) }).map(({ axis, cut, x }) => {
        const length = shape.at(axis) as number
        const sizes = [cut % (length + 1), length - (cut % (length + 1))]
        return lawCase({ x }, ({ x }) => op.split(x, sizes, { axis }), { axis, sizes })
      })
    )
  },
  {
    op: "split",
    variant: "into parts of equal size",
    cases: shape({ minRank: 1, maxElements: 8 }).chain((shape) =>
      fc
        .integer({ min: 1, max: 3 })
        .chain((parts) =>
          tensor([(shape[0] as number) * parts, ...shape.slice(1)]).map((x) =>
            lawCase({ x }, ({ x }) => op.split(x, parts), { parts })
          )
        )
    )
  },
  {
    op: "roll",
    cases: shaped(
      (shape) =>
        fc
          .subarray([...shape.keys()])
          .chain((axes) =>
            fc
              .array(fc.integer({ min: -5, max: 5 }), { minLength: axes.length, maxLength: axes.length })
              .map((shifts) => ({ shifts, axes }))
          ),
      (x, { shifts, axes }) => op.roll(x, shifts, { axes })
    )
  },
  {
    op: "roll",
    variant: "in row-major order",
    cases: shaped(
      () => fc.integer({ min: -5, max: 5 }).map((shift) => ({ shift })),
      (x, { shift }) => op.roll(x, shift)
    )
  },
  {
    op: "tile",
    cases: shaped(
      (shape) =>
        fc.array(fc.integer({ min: 1, max: 2 }), { maxLength: shape.length + 1 }).map((repeats) => ({ repeats })),
      (x, { repeats }) => op.tile(x, repeats),
      { maxElements: 8 }
    )
  },
  ...Object.entries({ triangularLower: op.triangularLower, triangularUpper: op.triangularUpper }).map(
    ([name, f]): Law => ({
      op: name,
      cases: shaped(
        () => fc.integer({ min: -3, max: 3 }).map((diagonal) => ({ diagonal })),
        (x, options) => f(x, options),
        { minRank: 2 }
      )
    })
  ),
  {
    op: "dynamicSlice",
    cases: shape({ minRank: 1 }).chain((shape) =>
      perAxis(shape, 1, 4).chain((sizes) => {
        const taken = sizes.map((size, at) => Math.min(size, shape[at] as number))
        return fc
          .record({ x: tensor(shape), start: starts(shape, taken) })
          .map((inputs) => lawCase(inputs, ({ x, start }) => op.dynamicSlice(x, start, taken), { sizes: taken }))
      })
    )
  },
  {
    op: "dynamicUpdateSlice",
    cases: shape({ minRank: 1 }).chain((shape) =>
      perAxis(shape, 1, 4).chain((sizes) => {
        const written = sizes.map((size, at) => Math.min(size, shape[at] as number))
        return fc
          .record({ x: tensor(shape), update: tensor(written), start: starts(shape, written) })
          .map((inputs) => lawCase(inputs, ({ x, update, start }) => op.dynamicUpdateSlice(x, update, start)))
      })
    )
  }
]

/** Starts at which a part of some sizes lies within a shape. */
const starts = (shape: Shape.Shape, sizes: Shape.Shape): fc.Arbitrary<Tensor.Tensor> =>
  fc
    .tuple(...shape.map((length, at) => fc.integer({ min: 0, max: length - (sizes[at] as number) })))
    .map((values) => Tensor.make(values, { dtype: "i32" }))
