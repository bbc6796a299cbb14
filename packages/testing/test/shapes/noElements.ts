import { type AnyExpr, op } from "@residual/core"
import { type Exprs, named } from "./holds.ts"

/** Lookups and writes where there are no elements, for three numbers `x` and two indices `at`. */
export const ofNoElements = ({ x, at }: Exprs): Exprs => {
  const [row, computed] = [x as AnyExpr, op.add(at as AnyExpr, 1)]
  const none = op.slice(op.pad(row, { before: [1], after: [1] }), { stops: [0] })
  const empty = op.reshape(none, [0, 2])
  const start = op.slice(computed, { stops: [1] })
  return named([
    op.gather(none, computed),
    op.gather(op.flip(op.tanh(op.cast(none, "f32"))), computed),
    op.gather(op.transpose(empty), computed, { axis: 1 }),
    op.gather(empty, computed),
    op.gather(row, op.reshape(op.slice(computed, { stops: [0] }), [0])),
    op.dynamicSlice(none, start, [0]),
    op.scatterAdd(none, computed, op.gather(row, computed)),
    op.scatterAdd(
      empty,
      op.broadcastTo(op.expandDims(computed, 1), [2, 2]),
      op.broadcastTo(op.gather(row, computed), [2, 2]),
      { axis: 0 }
    ),
    op.dynamicUpdateSlice(row, none, start),
    op.concat([none, row, none]),
    op.pad(none, { before: [2], after: [1], value: 1 })
  ])
}
