import { op } from "@residual/core"
import fc from "fast-check"
import { shape } from "../arbitrary/shape.ts"
import { type Law, lawCase } from "./law.ts"

const noInputs = "it has no float input"

/** Rows of the leaves. */
export const leafLaws: ReadonlyArray<Law> = [
  {
    op: "fill",
    cases: shape({ minSize: 0 }).map((shape) => lawCase({}, () => op.fill(0.5, { dtype: "f32", shape }), { shape })),
    noResidual: noInputs
  },
  {
    op: "iota",
    cases: shape({ minRank: 1 }).chain((shape) =>
      fc
        .integer({ min: 0, max: shape.length - 1 })
        .map((axis) => lawCase({}, () => op.iota(shape, { axis }), { shape, axis }))
    ),
    noResidual: noInputs
  }
]
