import type { BackendName, ModelName } from "../protocol/names.ts"

/** What the page calls a backend. */
export const backendTitles: Readonly<Record<BackendName, string>> = {
  reference: "Reference",
  cpu: "CPU",
  webgpu: "WebGPU"
}

/** What the page calls a model. */
export const modelTitles: Readonly<Record<ModelName, string>> = {
  smallGpt: "small character GPT",
  gpt: "character GPT",
  digits: "digit classifier"
}
