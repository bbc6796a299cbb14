import { op } from "@residual/core"
import fc from "fast-check"
import { tensor } from "../arbitrary/tensor.ts"
import { type Law, lawCase } from "./law.ts"

/** Windows that fit on the last axes: their sizes, strides and dilations, and the lengths that they lie on. */
const windows = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 2 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      more: fc.integer({ min: 0, max: 2 })
    }),
    { minLength: 1, maxLength: 2 }
  )
  .map((axes) => ({
    sizes: axes.map(({ size }) => size),
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    lengths: axes.map(({ size, dilation, more }) => dilation * (size - 1) + 1 + more)
  }))

/** Rows of windows and of their transpose. */
export const windowLaws: ReadonlyArray<Law> = [
  {
    op: "window",
    cases: windows.chain(({ lengths, ...attributes }) =>
      fc
        .constantFrom([], [2])
        .chain((outer) =>
          tensor([...outer, ...lengths]).map((x) => lawCase({ x }, ({ x }) => op.window(x, attributes), attributes))
        )
    )
  },
  {
    op: "unwindow",
    cases: windows.chain((attributes) => {
      const { sizes, strides, dilations, lengths } = attributes
      const counts = sizes.map(
        (size, at) =>
          Math.floor(((lengths[at] as number) - (dilations[at] as number) * (size - 1) - 1) / (strides[at] as number)) +
          1
      )
      return tensor([...counts, ...sizes]).map((x) => lawCase({ x }, ({ x }) => op.unwindow(x, attributes), attributes))
    })
  }
]
