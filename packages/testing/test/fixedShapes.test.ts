import { assert, describe, it } from "@effect/vitest"
import { Backend, type Device, makeBackend, Tensor } from "@residual/backends"
import { referenceDevice } from "@residual/backends/reference"
import { TensorType } from "@residual/core"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { fixedShapes } from "../src/backend/fixedShapes.ts"
import { backendLaws, type LawCase, laws } from "../src/index.ts"

const row = (name: string): fc.Arbitrary<LawCase> => laws.find(({ op, variant }) => op === name && !variant)!.cases

const shapeOf = ({ inputs, attributes }: LawCase): string =>
  [attributes, ...Object.values(inputs).map(({ type }) => TensorType.print(type))].join(" ")

const valuesOf = ({ inputs }: LawCase): string =>
  Object.values(inputs)
    .map((tensor) => Tensor.toTypedArray(tensor).join())
    .join(" ")

/** Whatever a device loads, it counts. */
const counting = (): { readonly device: Device<Tensor.Tensor>; readonly loaded: () => number } => {
  const device = referenceDevice()
  let count = 0
  return {
    device: { ...device, load: (program) => Effect.tap(device.load(program), () => Effect.sync(() => count++)) },
    loaded: () => count
  }
}

describe("cases of fixed shapes", () => {
  it.each(["tanh", "add", "softmax", "gather", "conv2d", "dynamicSlice"])("draw values alone: %s", (name) => {
    const drawn = fixedShapes(row(name), 3).map((cases, at) => fc.sample(cases, { seed: 5 + at, numRuns: 6 }))
    const again = fixedShapes(row(name), 3).map((cases) => fc.sample(cases, { seed: 99, numRuns: 6 }))
    drawn.forEach((cases, at) => {
      assert.strictEqual(new Set([...cases, ...(again[at] as typeof cases)].map(shapeOf)).size, 1)
      assert.isAbove(new Set(cases.map(valuesOf)).size, 1)
    })
    const [smallest, , largest] = drawn.map(([first]) => valuesOf(first as LawCase).length)
    assert.isBelow(smallest as number, largest as number)
  })

  it("keep what their values are drawn from", () => {
    for (const cases of fixedShapes(row("log"), 2)) {
      for (const { inputs } of fc.sample(cases, 20)) {
        assert.isTrue(Tensor.toTypedArray(inputs["x"] as Tensor.Tensor).every((x) => x >= 0.25 && x <= 3))
      }
    }
  })

  it.effect("load a program for each shape, however many values it runs on", () =>
    Effect.gen(function* () {
      const { device, loaded } = counting()
      const [law] = backendLaws({ runs: 7, shapes: 2, dtypes: ["f32"], rows: [laws.find(({ op }) => op === "tanh")!] })
      yield* Effect.provideService(law!.check, Backend, makeBackend(device))
      assert.strictEqual(loaded(), 2)
    })
  )
})
