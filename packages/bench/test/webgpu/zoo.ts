import { type AnyExpr, claimable, input, Model, op } from "@residual/core"
import { type Computation, compile, type Program } from "@residual/graph"
import {
  adamW,
  evaluationStep,
  matricesOnly,
  type Objective,
  type StepOptions,
  sgd,
  trainingStep
} from "@residual/train"
import { type Example, type GptOptions, gpt, gptDecoder, ladder } from "../../../models/src/index.ts"
import { digitModel } from "../../../playground/src/worker/task/digitModel.ts"
import { commandGpt, smallGpt } from "../../../playground/src/worker/task/gptSizes.ts"
import { gpt as benchGpt } from "../../src/cases/gpt.ts"
import { lenet } from "../../src/cases/lenet.ts"
import { imageMlp, tinyMlp } from "../../src/cases/mlp.ts"
import type { Training } from "../../src/cases/trainingBenchmark.ts"

const adam: StepOptions = { optimiser: adamW({ weightDecay: 0.1, decays: matricesOnly }), clip: 1 }

/** A step of training of what is benchmarked. */
export const trainingOf = <In, Out>({ objective, step }: Training<In, Out>): Computation =>
  trainingStep(objective, step)

/** What a GPT learns: the next token. */
const nextToken = (options: GptOptions, batch: number): Objective<AnyExpr, AnyExpr> => {
  const type = { dtype: "i32" as const, shape: [batch, options.context] }
  return {
    model: gpt(options),
    batch: { inputs: type, targets: type },
    loss: (model, { inputs, targets }) => op.crossEntropy(model(inputs as AnyExpr), targets as AnyExpr)
  }
}

/** A GPT whose last sizes are divided by nothing that kernels like. */
const odd: GptOptions = { layers: 2, heads: 6, width: 96, context: 50, vocabulary: 65 }

/** A step of decoding, with the caches of all layers. */
const decoding = (options: GptOptions, part: "decode" | "prefill"): Computation => {
  const { decode, prefill } = gptDecoder(options)
  const bindings = { ...Model.slots(decode), mode: "evaluate" } as const
  const token = input("next/token", [1, 1], { dtype: "i32" })
  const tokens = input("next/tokens", [1, options.context], { dtype: "i32" })
  const applied =
    part === "decode"
      ? Model.apply(decode, bindings, { token, position: input("next/position", [], { dtype: "i32" }) })
      : Model.apply(prefill, bindings, tokens)
  return { outputs: { next: op.argMax(applied.output, { axis: -1 }) }, updates: applied.state }
}

const digits: Objective<AnyExpr, AnyExpr> = {
  model: digitModel,
  batch: { images: { dtype: "f32", shape: [32, 1, 28, 28] }, targets: { dtype: "i32", shape: [32] } },
  loss: (model, { images, targets }) => op.crossEntropy(model(images as AnyExpr), targets as AnyExpr)
}

/** A network with a memory, and one that normalises over a batch: what the others have nothing of. */
const others = {
  lstm: {
    model: Model.lstm({ in: 5, hidden: 12 }),
    batch: { x: { dtype: "f32", shape: [3, 7, 5] }, y: { dtype: "f32", shape: [3, 7, 12] } },
    loss: (model, { x, y }) => op.mse(model(x as AnyExpr), y as AnyExpr)
  },
  normalised: {
    model: Model.sequence(Model.linear({ in: 6, out: 20 }), Model.batchNorm({ features: 20 }), op.silu),
    batch: { x: { dtype: "f32", shape: [9, 6] }, y: { dtype: "f32", shape: [9, 20] } },
    loss: (model, { x, y }) => op.huber(model(x as AnyExpr), y as AnyExpr)
  }
} satisfies Readonly<Record<string, Objective<AnyExpr, AnyExpr>>>

const exampleStep = ({ model, input: given, target, loss }: Example): Computation =>
  trainingStep(
    {
      model,
      batch: { x: given, target },
      loss: (model, { x, target }) => loss(model(x as AnyExpr), target as AnyExpr)
    },
    { optimiser: sgd({ momentum: 0.9 }) }
  )

/** What models compute, of every kind that this repository trains: steps of training, and of generation. */
export const zoo: Readonly<Record<string, () => Computation>> = {
  "gpt of width 128, four heads": () => trainingOf(benchGpt("small")),
  "gpt of width 384, six heads": () => trainingOf(benchGpt("big")),
  "gpt of width 96, four heads": () =>
    trainingStep(nextToken({ ...commandGpt, vocabulary: 65 }, commandGpt.batch), adam),
  "gpt of width 96, six heads, a context of 50": () => trainingStep(nextToken(odd, 3), adam),
  "gpt of width 32 with dropout": () =>
    trainingStep(nextToken({ ...smallGpt, vocabulary: 27, dropout: 0.1, fused: true, tied: false }, 2), adam),
  "gpt that is evaluated": () => evaluationStep(nextToken(odd, 3)),
  "gpt that reads a prompt": () => decoding({ ...odd, width: 128, heads: 4 }, "prefill"),
  "gpt that writes a token": () => decoding({ ...odd, width: 128, heads: 4 }, "decode"),
  lenet: () => trainingOf(lenet()),
  "classifier of digits": () => trainingStep(digits, adam),
  "mlp of images": () => trainingOf(imageMlp("adam")),
  "tiny mlp, sgd": () => trainingOf(tinyMlp("sgd")),
  "tiny mlp, adam": () => trainingOf(tinyMlp("adam")),
  "long short-term memory": () => trainingStep(others.lstm, adam),
  "normalisation over a batch": () => trainingStep(others.normalised, adam),
  ...Object.fromEntries(Object.entries(ladder).map(([name, example]) => [name, () => exampleStep(example)]))
}

/** A computation as this backend is given it. */
export const programOf = (computation: Computation): Program => {
  const claims = new Set([claimable.attention, claimable.attentionBackward])
  const compiled = compile(computation, { claims })
  if (compiled._tag === "Left") throw compiled.left
  return compiled.right
}
