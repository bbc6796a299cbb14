import { readFileSync } from "node:fs"
import { type AnyExpr, Model, Shape } from "@residual/core"
import { gpt } from "@residual/models"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { resolve } from "../../../cli/src/configuration/resolve.ts"
import { digitModel } from "../../src/worker/task/digitModel.ts"
import { commandGpt, type GptSize, smallGpt } from "../../src/worker/task/gptSizes.ts"

/** How many characters the text has. */
const vocabulary = 81

const gptOf = ({ layers, heads, width, context }: GptSize) => gpt({ vocabulary, layers, heads, width, context })

const parametersOf = (model: Model.Model<AnyExpr, AnyExpr>): number =>
  Object.values(Model.parameters(model)).reduce((count, { shape }) => count + Shape.size(shape), 0)

test.each([
  ["smallGpt", gptOf(smallGpt)],
  ["gpt", gptOf(commandGpt)],
  ["digits", digitModel]
])("the page says how many parameters %s has", (name, model) => {
  const page = readFileSync(new URL("../../index.html", import.meta.url), "utf8")
  const [, about = ""] = new RegExp(`id="${name}-about">([^<]*)<?`).exec(page) ?? []
  expect(about).toContain(`${parametersOf(model).toLocaleString("en")} parameters`)
})

test("the larger GPT is the one that the command trains by default", () => {
  const configuration = Result.getOrThrow(resolve([]))
  if (configuration.task !== "text") throw new Error(`it learns ${configuration.task}`)
  const { model, training, rate } = configuration
  const { layers, heads, width, context } = model
  const { batch, steps } = training
  expect({ layers, heads, width, context, batch, steps, rate: rate.peak }).toEqual(commandGpt)
})
