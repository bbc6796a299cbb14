import { type PrimitiveName, primitives } from "@residual/core"
import { expect, test } from "vitest"
import type { Kernel } from "../../src/reference/kernel.ts"
import { kernels } from "../../src/reference/kernels.ts"

const { dot, ...allButDot } = kernels

// @ts-expect-error: a table without a kernel for dot is refused, and the message names it.
const incomplete: { readonly [K in PrimitiveName]: Kernel<K> } = allButDot

test("there is a kernel for every primitive, and for nothing else", () => {
  expect(Object.keys(kernels).sort()).toEqual(Object.keys(primitives).sort())
  expect({ ...incomplete, dot }).toEqual(kernels)
})
