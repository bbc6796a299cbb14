import { type AnyExpr, HostRandom, input, Model, op } from "@residual/core"
import { compile, grad } from "@residual/graph"
import { fromGpt2, type GptOptions, gpt, gptDecoder, toGpt2 } from "@residual/models"
import { exactly, rounding } from "@residual/testing"
import { describe, expect, test } from "vitest"
import { recorded } from "./golden.ts"

const small: GptOptions = { vocabulary: 7, context: 6, layers: 2, heads: 2, width: 8 }

const tokensIn = (name: string, shape: ReadonlyArray<number>): AnyExpr => input(name, shape, { dtype: "i32" })

describe("gpt", () => {
  test("has the paths that a reader expects", () => {
    const paths = Object.keys(Model.parameters(gpt({ ...small, layers: 1 })))
    expect(paths).toEqual([
      "tokens.weight",
      "positions.weight",
      "blocks.0.attentionNorm.scale",
      "blocks.0.attentionNorm.bias",
      ...["query", "key", "value", "output"].flatMap((name) => [
        `blocks.0.attention.${name}.weight`,
        `blocks.0.attention.${name}.bias`
      ]),
      "blocks.0.feedForwardNorm.scale",
      "blocks.0.feedForwardNorm.bias",
      "blocks.0.feedForward.expand.weight",
      "blocks.0.feedForward.expand.bias",
      "blocks.0.feedForward.contract.weight",
      "blocks.0.feedForward.contract.bias",
      "norm.scale",
      "norm.bias"
    ])
    expect(Object.keys(Model.parameters(gpt({ ...small, tied: false }))).at(-1)).toBe("head.weight")
  })

  test("starts as GPT-2 does", () => {
    const first = Model.initialise(gpt({ ...small, layers: 8, width: 64 }), HostRandom.keyFromSeed(1))
    const deviation = (path: string): number => {
      const values = first[path] as Float64Array
      return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
    }
    expect(deviation("blocks.3.attention.query.weight")).toBeCloseTo(0.02, 3)
    expect(deviation("blocks.3.attention.output.weight")).toBeCloseTo(0.02 / 4, 3)
    expect(deviation("blocks.3.feedForward.contract.weight")).toBeCloseTo(0.02 / 4, 3)
    expect(deviation("blocks.3.feedForward.expand.bias")).toBe(0)
  })

  test("refuses more tokens than its context", () => {
    const model = gpt(small)
    expect(() => Model.apply(model, { ...Model.slots(model), mode: "train" }, tokensIn("x", [1, 7]))).toThrow(
      "gpt(i32[1,7]): expected tokens [batch, n] with at most 6 of them in a row"
    )
  })

  test.each([false, true])("has PyTorch's loss and gradient norm, with fused projections: %s", (fused) => {
    const options = { ...recorded.options, fused }
    const model = gpt(options)
    const slots = Model.slots(model)
    const { x, y, loss: expected, gradientNorm } = recorded.first
    const shape = [x.length, x[0]?.length ?? 0]
    const { output } = Model.apply(model, { ...slots, mode: "train" }, tokensIn("x", shape))
    const loss = op.crossEntropy(output, tokensIn("y", shape))
    const squares = Object.values(grad(loss, slots.parameters)).map((gradient) => op.sum(op.square(gradient)))
    const norm = op.sqrt(squares.reduce((a, b) => op.add(a, b)))
    const bound = { ...fromGpt2(options, recorded.parameters), x: x.flat(), y: y.flat() }
    const [found, foundNorm] = exactly([loss, norm])(bound).map((data) => data[0] as number) as [number, number]
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-9)
    expect(Math.abs(foundNorm / gradientNorm - 1)).toBeLessThan(1e-9)
  })
})

describe("a gpt whose blocks are recomputed", () => {
  const trained = (recompute: boolean): ReadonlyArray<readonly [string, AnyExpr]> => {
    const model = gpt({ ...small, dropout: 0.25, recompute })
    const slots = Model.slots(model)
    const key = input("key", [2], { dtype: "u32" })
    const { output } = Model.apply(model, { ...slots, key, mode: "train" }, tokensIn("x", [2, 5]))
    const loss = op.crossEntropy(output, tokensIn("y", [2, 5]))
    return Object.entries({ loss, ...grad(loss, slots.parameters) })
  }

  test("has the same loss and gradients, to the bit", () => {
    const bound = {
      ...Model.initialise(gpt(small), HostRandom.keyFromSeed(5)),
      key: [1, 2],
      x: [3, 1, 4, 1, 5, 2, 6, 5, 3, 5],
      y: [1, 4, 1, 5, 2, 6, 5, 3, 5, 0]
    }
    const [kept, again] = [false, true].map((recompute) => {
      const values = trained(recompute)
      const computed = rounding(values.map(([, value]) => value))(bound)
      return Object.fromEntries(values.map(([name], at) => [name, computed[at]]))
    })
    expect(again).toEqual(kept)
  })

  test("keeps little but what its blocks read", () => {
    const peak = (recompute: boolean): number => {
      const program = compile({ outputs: Object.fromEntries(trained(recompute)) }, { claims: new Set() })
      if (program._tag === "Left") throw program.left
      return program.right.peakBytes
    }
    expect(peak(true)).toBeLessThan(0.8 * peak(false))
  })
})

describe("gptDecoder", () => {
  const model = gpt(small)
  const parameters = Model.initialise(model, HostRandom.keyFromSeed(3))
  const tokens = [3, 1, 4, 1, 5, 2]

  /** Applies a model to values, its states included, and gives its output and next states. */
  const run = <In>(
    of: Model.Model<In, AnyExpr>,
    state: Record<string, ArrayLike<number>>,
    given: In,
    values: object
  ) => {
    const applied = Model.apply(of, { ...Model.slots(of), mode: "evaluate" }, given)
    const paths = Object.keys(applied.state)
    const [output, ...next] = exactly([applied.output, ...Object.values(applied.state)])({
      ...parameters,
      ...state,
      ...values
    })
    return {
      output: Array.from(output as ArrayLike<number>),
      state: Object.fromEntries(paths.map((path, at) => [path, next[at] as ArrayLike<number>]))
    }
  }

  const whole = run(model, {}, tokensIn("x", [1, 6]), { x: tokens }).output
  const { prefill, decode } = gptDecoder(small)
  const rows = (logits: ReadonlyArray<number>, from: number, to: number) => logits.slice(from * 7, to * 7)
  const close = (found: ReadonlyArray<number>, wanted: ReadonlyArray<number>): void => {
    expect(found.length).toBe(wanted.length)
    for (const [at, logit] of found.entries()) expect(logit).toBeCloseTo(wanted[at] as number, 12)
  }

  test("has the trained model's parameters, and caches", () => {
    for (const each of [prefill, decode]) {
      expect(Object.keys(Model.parameters(each))).toEqual(Object.keys(Model.parameters(model)))
      expect(Object.keys(Model.states(each))).toEqual([
        "position",
        ...[0, 1].flatMap((at) => [`blocks.${at}.attention.keys`, `blocks.${at}.attention.values`])
      ])
    }
  })

  test("reads a prompt, then token by token, as the whole is read", () => {
    // What fills up the prompt must not be seen later.
    const prompt = run(prefill, Model.initialiseState(prefill), tokensIn("x", [1, 6]), { x: [3, 1, 6, 6, 6, 6] })
    close(rows(prompt.output, 0, 2), rows(whole, 0, 2))
    const next = { token: tokensIn("token", [1, 1]), position: tokensIn("at", []) }
    let { state } = prompt
    for (const position of [2, 3, 4, 5]) {
      const step = run(decode, state, next, { token: [tokens[position]], at: [position] })
      close(step.output, rows(whole, position, position + 1))
      state = step.state
    }
  })
})

describe("GPT-2's names", () => {
  test("hold every tensor of the file once, both ways and for both forms", () => {
    for (const fused of [false, true]) {
      const options = { ...recorded.options, fused }
      const parameters = fromGpt2(options, recorded.parameters)
      expect(toGpt2(options, parameters)).toEqual(recorded.parameters)
      expect(Object.keys(parameters)).toEqual(Object.keys(Model.parameters(gpt(options))))
    }
  })

  test("name what is missing or of another size", () => {
    const { "wte.weight": _, ...others } = recorded.parameters
    expect(() => fromGpt2(recorded.options, others)).toThrow('tokens.weight: expected a tensor "wte.weight"')
    const bias = "h.0.attn.c_attn.bias"
    expect(() => fromGpt2(recorded.options, { ...recorded.parameters, [bias]: [1] })).toThrow(
      `blocks.0.attention.query.bias: expected a tensor "${bias}" of 96 elements, not 1`
    )
    expect(() => toGpt2(recorded.options, {})).toThrow("tokens.weight: expected a value")
  })
})
