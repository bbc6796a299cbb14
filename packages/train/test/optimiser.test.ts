import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { evaluate } from "@residual/backends/reference"
import { type AnyExpr, input, op } from "@residual/core"
import { grad } from "@residual/graph"
import { adamW, clipByGlobalNorm, matricesOnly, type Optimiser, sgd } from "../src/index.ts"

interface Trace {
  readonly losses: ReadonlyArray<number>
  readonly params: ReadonlyArray<ReadonlyArray<number>>
}

const golden: { readonly p0: ReadonlyArray<number>; readonly optimisers: Readonly<Record<string, Trace>> } = JSON.parse(
  readFileSync(new URL("../../testing/fixtures/optim.golden.json", import.meta.url), "utf8")
)

const f64 = (name: string, shape: ReadonlyArray<number>): AnyExpr => input(name, shape, { dtype: "f64" })

/** Σ (1 − pᵢ)² + 5·(pᵢ₊₁ − pᵢ²)², the loss that the traces were recorded on. */
const recordedLoss = (p: AnyExpr): AnyExpr => {
  const head = op.slice(p, { stops: [-1] })
  const off = op.sub(head, 1)
  const bend = op.sub(op.slice(p, { starts: [1] }), op.mul(head, head))
  return op.sum(op.add(op.mul(off, off), op.mul(op.mul(bend, bend), 5)))
}

/** Runs an optimiser on the recorded loss, and gives every loss and parameter vector. */
const replay = (optimiser: Optimiser, rate: number, steps: number): Trace => {
  const p = f64("p", [5])
  const names = Object.keys(optimiser.init({ p }))
  const state = Object.fromEntries(names.map((name) => [name, { p: f64(name, [5]) }]))
  const loss = recordedLoss(p)
  const at = { rate: f64("rate", []), step: f64("step", []) }
  const next = optimiser.update({ p: grad(loss, p) }, state, { p }, at)
  const outputs: Record<string, AnyExpr> = { loss, p: next.parameters["p"] as AnyExpr, counted: at.step }
  for (const name of names) outputs[name] = next.state[name]?.["p"] as AnyExpr
  const losses: Array<number> = []
  const params: Array<ReadonlyArray<number>> = []
  let held: Record<string, ReadonlyArray<number>> = { p: golden.p0 }
  for (const name of names) held[name] = [0, 0, 0, 0, 0]
  for (let step = 0; step < steps; step++) {
    const run = evaluate(outputs, { ...held, rate, step })
    losses.push(run["loss"]?.data[0] as number)
    held = Object.fromEntries(Object.keys(held).map((name) => [name, Array.from(run[name]?.data as Float64Array)]))
    params.push(held["p"] as ReadonlyArray<number>)
  }
  return { losses, params }
}

const assertClose = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  assert.strictEqual(actual.length, expected.length)
  for (const [at, value] of expected.entries()) {
    assert.isAtMost(Math.abs((actual[at] as number) - value) / Math.max(1, Math.abs(value)), 1e-12)
  }
}

describe("optimisers", () => {
  const settings: ReadonlyArray<readonly [name: string, optimiser: Optimiser, rate: number]> = [
    ["sgd", sgd(), 0.01],
    ["sgd_momentum", sgd({ momentum: 0.9 }), 0.01],
    ["sgd_nesterov_wd", sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }), 0.01],
    ["adam", adamW({ weightDecay: 0 }), 0.05],
    ["adamw", adamW({ beta1: 0.9, beta2: 0.99, weightDecay: 0.1 }), 0.05]
  ]
  it.each(settings)("%s goes PyTorch's way for 25 steps", (name, optimiser, rate) => {
    const expected = golden.optimisers[name] as Trace
    const actual = replay(optimiser, rate, 25)
    assertClose(actual.losses, expected.losses)
    for (const [step, params] of expected.params.entries()) assertClose(actual.params[step] ?? [], params)
  })

  it("adamW corrects its means in float32 as exactly as in float64", () => {
    const w = input("w", [])
    const at = { rate: input("rate", []), step: input("step", [], { dtype: "i32" }) }
    const zero = { w: op.fill(0, w.type) }
    const { parameters } = adamW({ weightDecay: 0 }).update(
      { w: input("g", []) },
      { mean: zero, square: zero },
      { w },
      at
    )
    // The first step of Adam is the rate, whatever the gradient.
    const { next } = evaluate({ next: parameters["w"] as AnyExpr }, { w: 0, g: 3, rate: 1, step: 0 }, "rounded")
    assert.isAtMost(Math.abs((next.data[0] as number) + 1), 3e-7)
  })

  it("decays the chosen parameters only", () => {
    const parameters = { bias: f64("bias", [2]), weight: f64("weight", [1, 2]) }
    const gradients = { bias: op.fill(0, parameters.bias.type), weight: op.fill(0, parameters.weight.type) }
    const at = { rate: f64("rate", []), step: f64("step", []) }
    const values = { bias: [1, 2], weight: [3, 4], rate: 0.5, step: 0 }
    for (const make of [sgd, adamW]) {
      const optimiser = make({ weightDecay: 0.1, decays: matricesOnly })
      const next = optimiser.update(gradients, optimiser.init(parameters), parameters, at).parameters
      const { bias, weight } = evaluate(
        { bias: next["bias"] as AnyExpr, weight: next["weight"] as AnyExpr, ...at },
        values
      )
      assertClose(Array.from(bias.data), [1, 2])
      assertClose(Array.from(weight.data), [2.85, 3.8])
    }
  })

  it("leaves a parameter without a gradient alone, and its state", () => {
    const parameters = { frozen: f64("frozen", [2]), free: f64("free", []) }
    const optimiser = sgd({ momentum: 0.9, weightDecay: 0.1 })
    const state = optimiser.init(parameters)
    const at = { rate: f64("rate", []), step: f64("step", []) }
    const next = optimiser.update({ free: f64("gradient", []) }, state, parameters, at)
    assert.strictEqual(next.parameters["frozen"], parameters.frozen)
    assert.strictEqual(next.state["momentum"]?.["frozen"], state["momentum"]?.["frozen"])
    assert.notStrictEqual(next.parameters["free"], parameters.free)
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

  it("lets what is not a number show in the norm", () => {
    assert.isNaN(clipped(1, { a: [Number.NaN, 0], b: [0] }).norm.data[0])
    assert.strictEqual(clipped(1, { a: [Number.NEGATIVE_INFINITY, 0], b: [0] }).norm.data[0], Number.POSITIVE_INFINITY)
  })
})
