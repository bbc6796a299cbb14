import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import type { BackendName, BackendSettings } from "../backend.ts"

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
  reference: "f64"
}

/** The flag that chooses the float type. */
export const dtypeFlag = Flag.Literals("dtype", ["f32", "f64"]).pipe(
  Flag.withDescription(`The floats that it computes in: f32, f64 (cpu ${usual.cpu}, reference ${usual.reference})`),
  Flag.optional,
  Flag.map(Option.getOrUndefined)
)

/** The float type that settings ask for. */
export const precisionOf = ({ backend, dtype }: CheckBackend): Precision => dtype ?? usual[backend]
