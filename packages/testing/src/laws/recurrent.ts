import { op } from "@residual/core"
import fc from "fast-check"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  width: fc.integer({ min: 1, max: 2 }),
  hidden: fc.integer({ min: 1, max: 2 })
})

/** Rows of the recurrent cells. */
export const recurrentLaws: ReadonlyArray<Law> = [
  {
    op: "lstmCell",
    cases: sizes.chain(({ batch, width, hidden }) =>
      fc
        .record({
          x: tensor([batch, width]),
          hidden: tensor([batch, hidden]),
          cell: tensor([batch, hidden]),
          inputWeight: tensor([4 * hidden, width]),
          hiddenWeight: tensor([4 * hidden, hidden]),
          inputBias: tensor([4 * hidden]),
          hiddenBias: tensor([4 * hidden])
        })
        .map((inputs) =>
          lawCase(inputs, ({ x, hidden, cell, ...weights }) => {
            const next = op.lstmCell(x, { hidden, cell }, weights)
            return [next.hidden, next.cell]
          })
        )
    )
  },
  {
    op: "gruCell",
    cases: sizes.chain(({ batch, width, hidden }) =>
      fc
        .record({
          x: tensor([batch, width]),
          hidden: tensor([batch, hidden]),
          inputWeight: tensor([3 * hidden, width]),
          hiddenWeight: tensor([3 * hidden, hidden]),
          inputBias: tensor([3 * hidden]),
          hiddenBias: tensor([3 * hidden])
        })
        .map((inputs) => lawCase(inputs, ({ x, hidden, ...weights }) => op.gruCell(x, hidden, weights)))
    )
  }
]
