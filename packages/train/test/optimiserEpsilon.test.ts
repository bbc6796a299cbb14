import { assert, describe, it } from "@effect/vitest"
import { run, Tensor } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import { type AnyExpr, input, op } from "@residual/core"
import { Effect } from "effect"
import {
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamW,
  lamb,
  nadam,
  type Optimiser,
  radam,
  rmsProp,
  type Setting,
  SettingError
} from "../src/index.ts"

const dividing = { adam, adamW, adamax, nadam, radam, rmsProp, adagrad, adadelta, lamb, adafactor }

type Make = (options: { readonly epsilon: Setting }) => Optimiser

const each: ReadonlyArray<readonly [name: string, make: Make]> = Object.entries(dividing)

/** A parameter after one update without a gradient, in 32 bits. */
const unmoved = (optimiser: Optimiser): Effect.Effect<Tensor.Numbers, unknown> => {
  const parameters = { weight: input("weight", [2, 2]) }
  const scalar = (value: number): AnyExpr => op.fill(value, { dtype: "f32", shape: [] })
  const scalars = Object.entries(optimiser.scalars({ rate: 0.1, step: 0 })).map(([name, value]) => [
    name,
    scalar(value)
  ])
  const gradients = { weight: op.fill(0, parameters.weight.type) }
  const at = { scalars: Object.fromEntries(scalars), key: undefined }
  const { weight } = optimiser.update(gradients, optimiser.init(parameters), parameters, at).parameters
  return run(weight as AnyExpr, {
    weight: [
      [1, 2],
      [3, 4]
    ]
  }).pipe(Effect.map(Tensor.toArray), Effect.provide(Reference.layer({ mode: "rounded" })))
}

describe("what is added to a denominator", () => {
  it.each(each)("keeps it above 0 in %s, however small", (name, make) => {
    const expected = "expected a finite number, 1e-30 or more"
    assert.throws(() => make({ epsilon: 0 }), SettingError, `${name}: epsilon is 0; ${expected}`)
    assert.throws(() => make({ epsilon: 1e-50 }), SettingError, `${name}: epsilon is 1e-50; ${expected}`)
    assert.throws(() => make({ epsilon: () => 0 }).scalars({ rate: 1, step: 3 }), SettingError, expected)
  })

  it.effect.each(each)("does not make NaN of a gradient of 0 in %s", ([, make]) =>
    Effect.gen(function* () {
      const [[first]] = (yield* unmoved(make({ epsilon: 1e-30 }))) as [[number]]
      assert.closeTo(first, 1, 0.2)
    })
  )
})
