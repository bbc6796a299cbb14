import { op } from "@residual/core"
import fc from "fast-check"
import { tensor } from "../arbitrary/tensor.ts"
import type { Tensors } from "../inputs.ts"
import { type Law, lawCase } from "./law.ts"

/** Sizes of a convolution along some axes that fit each other, with and without a bias. */
const convolutions = (rank: number, elements: number) => {
  const each = <A>(of: fc.Arbitrary<A>) => fc.array(of, { minLength: rank, maxLength: rank })
  return fc
    .record({
      kernel: each(fc.integer({ min: 1, max: rank === 3 ? 2 : 3 })),
      strides: each(fc.integer({ min: 1, max: 2 })),
      padding: each(fc.integer({ min: 0, max: 1 })),
      dilation: each(fc.integer({ min: 1, max: 2 })),
      more: each(fc.integer({ min: 0, max: 2 })),
      groups: fc.integer({ min: 1, max: 2 }),
      channels: fc.integer({ min: 1, max: 2 }),
      features: fc.integer({ min: 1, max: 2 }),
      batch: fc.integer({ min: 1, max: 2 }),
      biased: fc.boolean()
    })
    .map(({ more, ...rest }) => ({
      ...rest,
      lengths: more.map((count, axis) => {
        const span = (rest.dilation[axis] as number) * ((rest.kernel[axis] as number) - 1) + 1
        return Math.max(1, span - 2 * (rest.padding[axis] as number)) + count
      })
    }))
    .filter(
      ({ lengths, channels, groups, batch }) =>
        lengths.reduce((product, length) => product * length, batch * channels * groups) <= elements
    )
}

const convolutionLaw = (name: "conv1d" | "conv2d" | "conv3d", rank: number, elements: number): Law => ({
  op: name,
  cases: convolutions(rank, elements).chain(
    ({ kernel, lengths, groups, channels, features, batch, biased, ...options }) =>
      fc
        .record({
          x: tensor([batch, channels * groups, ...lengths]),
          weight: tensor([features * groups, channels, ...kernel]),
          ...(biased ? { bias: tensor([features * groups]) } : {})
        })
        .map((inputs: Partial<Tensors<"x" | "weight" | "bias">>) =>
          lawCase(
            inputs as Tensors<"x" | "weight" | "bias">,
            ({ x, weight, bias }) => op[name](x, weight, { ...options, groups, ...(biased ? { bias } : {}) }),
            { ...options, groups }
          )
        )
  )
})

/** Rows of the convolutions, with strides, padding, dilation, groups and bias. */
export const convolutionLaws: ReadonlyArray<Law> = [
  convolutionLaw("conv1d", 1, 16),
  convolutionLaw("conv2d", 2, 24),
  convolutionLaw("conv3d", 3, 32),
  {
    op: "conv2d",
    variant: "padded to the same size",
    cases: fc
      .record({ x: tensor([1, 2, 4, 3]), weight: tensor([2, 2, 3, 2]), strides: fc.constantFrom(1, 2) })
      .map(({ strides, ...inputs }) =>
        lawCase(inputs, ({ x, weight }) => op.conv2d(x, weight, { strides, padding: "same" }), { strides })
      )
  },
  {
    op: "convTranspose2d",
    cases: fc
      .record({
        kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
        strides: fc.constantFrom(1, 2),
        padding: fc.constantFrom(0, 1),
        outputPadding: fc.constantFrom(0, 1),
        dilation: fc.constantFrom(1, 2),
        groups: fc.constantFrom(1, 2),
        lengths: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 3 })),
        biased: fc.boolean()
      })
      .filter(
        ({ kernel, strides, padding, outputPadding, dilation, lengths }) =>
          outputPadding < Math.max(strides, dilation) &&
          kernel.every(
            (size, axis) =>
              ((lengths[axis] as number) - 1) * strides - 2 * padding + dilation * (size - 1) + outputPadding + 1 >= 1
          )
      )
      .chain(({ kernel, lengths, biased, ...options }) =>
        fc
          .record({
            x: tensor([1, options.groups, ...lengths]),
            weight: tensor([options.groups, 2, ...kernel]),
            bias: tensor([2 * options.groups])
          })
          .map((inputs) =>
            lawCase(
              inputs,
              ({ x, weight, bias }) => op.convTranspose2d(x, weight, { ...options, ...(biased ? { bias } : {}) }),
              options
            )
          )
      )
  }
]
