import * as Schema from "effect/Schema"
import { BackendName, ModelName } from "../protocol/names.ts"
import type { Axis } from "./chart/frame.ts"

/** What is chosen in the page. */
export interface Choice {
  readonly model: ModelName
  readonly backend: BackendName
}

const isModel = Schema.is(ModelName)
const isBackend = Schema.is(BackendName)

const checked = (form: HTMLFormElement, name: string): unknown => new FormData(form).get(name)

/** Reads what a form's options say. */
export const choiceOf = (form: HTMLFormElement): Choice => {
  const [model, backend] = [checked(form, "model"), checked(form, "backend")]
  return { model: isModel(model) ? model : "smallGpt", backend: isBackend(backend) ? backend : "cpu" }
}

/** What the chart's switch says. */
export const axisOf = (group: HTMLElement): Axis =>
  group.querySelector<HTMLInputElement>("input:checked")?.value === "time" ? "time" : "step"
