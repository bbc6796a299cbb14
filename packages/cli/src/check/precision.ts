import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendName, BackendSettings } from "../backend.ts"
import { UsageError } from "../commandError.ts"

/** The float type that a check computes in. */
export type Precision = "f32" | "f64"

/** What a check computes with. */
export interface CheckBackend extends BackendSettings {
  /** What the backend is used in where it is `undefined`. */
  readonly dtype: Precision | undefined
}

const usual: Readonly<Record<BackendName, Precision>> = {
  // What models are trained in.
  cpu: "f32",
  // The oracle computes as the values were recorded.
  reference: "f64",
  // GPUs have no others.
  webgpu: "f32"
}

/** The flag that chooses the float type. */
export const dtypeFlag = Flag.Literals("dtype", ["f32", "f64"]).pipe(
  Flag.withDescription(
    `The floats that it computes in: f32, f64 (${Object.entries(usual)
      .map(([backend, dtype]) => `${backend} ${dtype}`)
      .join(", ")})`
  ),
  Flag.optional,
  Flag.map(Option.getOrUndefined)
)

/** The float type that settings ask for. Fails where the backend has not got it. */
export const precisionOf = ({ backend, dtype = usual[backend] }: CheckBackend): Effect.Effect<Precision, UsageError> =>
  backend === "webgpu" && dtype === "f64"
    ? Effect.fail(new UsageError({ message: "--dtype f64: the webgpu backend computes in floats of 32 bits" }))
    : Effect.succeed(dtype)
