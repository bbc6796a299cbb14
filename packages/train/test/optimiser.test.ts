import { assert, describe, it } from "@effect/vitest"
import * as Reference from "@residual/backends/reference"
import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, input, op } from "@residual/core"
import { Effect } from "effect"
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamW,
  averagedSgd,
  clipByGlobalNorm,
  clipByValue,
  matricesOnly,
  nadam,
  type Optimiser,
  radam,
  rmsProp,
  rprop,
  SettingError,
  sgd
} from "../src/index.ts"
import { assertClose, assertTrace, recorded } from "./recordedLoss.ts"

const f64 = (name: string, shape: ReadonlyArray<number>): AnyExpr => input(name, shape, { dtype: "f64" })

/** The scalars of an optimiser as inputs of their names. */
const scalarsOf = (optimiser: Optimiser): Readonly<Record<string, AnyExpr>> =>
  Object.fromEntries(Object.keys(optimiser.scalars({ rate: 0, step: 0 })).map((name) => [name, f64(name, [])]))

describe("optimisers", () => {
  const settings: ReadonlyArray<readonly [name: string, optimiser: Optimiser, rate: number]> = [
    ["sgd", sgd(), 0.01],
    ["sgd_momentum", sgd({ momentum: 0.9 }), 0.01],
    ["sgd_nesterov_wd", sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }), 0.01],
    ["adam", adam(), 0.05],
    ["adam", adamW({ weightDecay: 0 }), 0.05],
    ["adam_amsgrad", adam({ amsgrad: true }), 0.05],
    ["adam_amsgrad", adamW({ amsgrad: true, weightDecay: 0 }), 0.05],
    ["adam_l2", adam({ weightDecay: 0.1 }), 0.05],
    ["adamw", adamW({ beta1: 0.9, beta2: 0.99, weightDecay: 0.1 }), 0.05],
    ["nadam", nadam(), 0.05],
    ["radam", radam(), 0.05],
    ["adamax", adamax(), 0.05],
    ["adagrad", adagrad(), 0.1],
    ["adadelta", adadelta(), 1],
    ["rmsprop", rmsProp(), 0.02],
    ["rmsprop_centered_mom", rmsProp({ centred: true, momentum: 0.9 }), 0.02],
    ["rprop", rprop(), 0.02],
    ["asgd", averagedSgd(), 0.01]
  ]
  it.effect.each(settings)("%s goes PyTorch's way for 25 steps", ([name, optimiser, rate]) =>
    assertTrace(name, optimiser, rate).pipe(Effect.provide(Reference.layer()))
  )

  it("are all that were recorded, but the one that evaluates the loss several times a step", () => {
    const names = new Set(settings.map(([name]) => name))
    assert.deepStrictEqual(
      Object.keys(recorded.optimisers).filter((name) => !names.has(name)),
      ["lbfgs"]
    )
  })

  it("adamW corrects its means in float32 as exactly as in float64", () => {
    const w = input("w", [])
    const optimiser = adamW({ weightDecay: 0 })
    const at = optimiser.scalars({ rate: 1, step: 0 })
    const scalars = Object.fromEntries(Object.keys(at).map((name) => [name, input(name, [])]))
    const zero = { w: op.fill(0, w.type) }
    const { parameters } = optimiser.update(
      { w: input("g", []) },
      { mean: zero, square: zero },
      { w },
      { scalars, key: undefined }
    )
    // The first step of Adam is the rate, whatever the gradient.
    const { next } = evaluate({ ...scalars, next: parameters["w"] as AnyExpr }, { w: 0, g: 3, ...at }, "rounded")
    assert.isAtMost(Math.abs((next.data[0] as number) + 1), 3e-7)
  })

  it("decays the chosen parameters only", () => {
    const parameters = { bias: f64("bias", [2]), weight: f64("weight", [1, 2]) }
    const gradients = { bias: op.fill(0, parameters.bias.type), weight: op.fill(0, parameters.weight.type) }
    for (const make of [sgd, adamW]) {
      const optimiser = make({ weightDecay: 0.1, decays: matricesOnly })
      const scalars = scalarsOf(optimiser)
      const at = { scalars, key: undefined }
      const next = optimiser.update(gradients, optimiser.init(parameters), parameters, at).parameters
      const { bias, weight } = evaluate(
        { bias: next["bias"] as AnyExpr, weight: next["weight"] as AnyExpr, ...scalars },
        { bias: [1, 2], weight: [3, 4], ...optimiser.scalars({ rate: 0.5, step: 0 }) }
      )
      assertClose(Array.from(bias.data), [1, 2])
      assertClose(Array.from(weight.data), [2.85, 3.8])
    }
  })

  it("leaves a parameter without a gradient alone, and its state", () => {
    const parameters = { frozen: f64("frozen", [2]), free: f64("free", []) }
    const optimiser = sgd({ momentum: 0.9, weightDecay: 0.1 })
    const state = optimiser.init(parameters)
    const at = { scalars: scalarsOf(optimiser), key: undefined }
    const next = optimiser.update({ free: f64("gradient", []) }, state, parameters, at)
    assert.strictEqual(next.parameters["frozen"], parameters.frozen)
    assert.strictEqual(next.state["momentum"]?.["frozen"], state["momentum"]?.["frozen"])
    assert.notStrictEqual(next.parameters["free"], parameters.free)
  })
})

describe("settings", () => {
  it("may be functions of the step, and are read at each", () => {
    const optimiser = sgd({ momentum: (step) => 0.5 + step / 10, weightDecay: (step) => step })
    assert.deepInclude(optimiser.scalars({ rate: 1, step: 2 }), { rate: 1, momentum: 0.7, decay: 2 })
  })

  const wrong: ReadonlyArray<readonly [make: () => unknown, message: string]> = [
    [() => sgd({ momentum: 1 }), "sgd: momentum is 1; expected a number from 0 up to, but not including, 1"],
    [() => sgd({ weightDecay: -1 }), "sgd: weightDecay is -1; expected a finite number, 0 or more"],
    [() => adamW({ beta2: Number.NaN }), "adamW: beta2 is NaN; expected a number from 0 up to, but not including, 1"],
    [
      () => adamW({ beta1: (step) => step }).scalars({ rate: 1, step: 1 }),
      "adamW: beta1 is 1; expected a number from 0 up to, but not including, 1"
    ]
  ]
  it.each(wrong)("are refused out of their range: %s", (make, message) => {
    assert.throws(make, SettingError, message)
  })
})

describe("clipping", () => {
  const gradients = { a: f64("a", [2]), b: f64("b", [1, 1]) }
  const clipped = (most: number, values: { readonly a: ReadonlyArray<number>; readonly b: ReadonlyArray<number> }) => {
    const { gradients: scaled, norm } = clipByGlobalNorm(gradients, most)
    return evaluate({ a: scaled["a"] as AnyExpr, b: scaled["b"] as AnyExpr, norm }, values)
  }

  it("scales all gradients together to the norm that is allowed", () => {
    const { a, b, norm } = clipped(1, { a: [3, 0], b: [4] })
    assert.deepStrictEqual(norm.data, Float64Array.of(5))
    assertClose([...(a.data as Float64Array), ...(b.data as Float64Array)], [3 / (5 + 1e-6), 0, 4 / (5 + 1e-6)])
  })

  it("leaves smaller gradients as they are, to the bit", () => {
    const { a, b, norm } = clipped(1, { a: [0.1, -0.2], b: [0.3] })
    assert.deepStrictEqual([...(a.data as Float64Array), ...(b.data as Float64Array)], [0.1, -0.2, 0.3])
    assertClose([norm.data[0] as number], [Math.hypot(0.1, 0.2, 0.3)])
  })

  it("of values limits each element, and leaves NaN one", () => {
    const { a } = clipByValue(gradients, 0.5)
    const { data } = evaluate({ a: a as AnyExpr }, { a: [-3, 0.25] }).a
    assert.deepStrictEqual(data, Float64Array.of(-0.5, 0.25))
    const { data: lost } = evaluate({ a: a as AnyExpr }, { a: [Number.NaN, 0.75] }).a
    assert.deepStrictEqual(lost, Float64Array.of(Number.NaN, 0.5))
  })

  it.each([
    ["clipByGlobalNorm", clipByGlobalNorm],
    ["clipByValue", clipByValue]
  ] as const)("refuses a limit below 0: %s", (name, clip) => {
    assert.throws(() => clip(gradients, -1), SettingError, `${name}: most is -1; expected a number, 0 or more`)
    assert.throws(() => clip(gradients, Number.NaN), SettingError, `${name}: most is NaN`)
  })

  it("lets what is not a number show in the norm", () => {
    assert.isNaN(clipped(1, { a: [Number.NaN, 0], b: [0] }).norm.data[0])
    assert.strictEqual(clipped(1, { a: [Number.NEGATIVE_INFINITY, 0], b: [0] }).norm.data[0], Number.POSITIVE_INFINITY)
  })
})
