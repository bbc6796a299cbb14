import * as Schema from "effect/Schema"

/** What can be trained here. */
export const ModelName = Schema.Literals(["smallGpt", "gpt", "digits"])

export type ModelName = typeof ModelName.Type

/** What it can be trained on. */
export const BackendName = Schema.Literals(["reference", "cpu", "webgpu"])

export type BackendName = typeof BackendName.Type
