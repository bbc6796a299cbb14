import type { Backend, ProgramCache } from "@residual/backends"
import * as Reference from "@residual/backends/reference"
import type { Layer } from "effect"
import { Flag } from "effect/cli"

/** How the backend of each name is made. */
const layers = { reference: () => Reference.layer() } satisfies Readonly<
  Record<string, () => Layer.Layer<Backend | ProgramCache>>
>

/** The name of a backend. */
export type BackendName = keyof typeof layers

const names = Object.keys(layers) as ReadonlyArray<BackendName>

/** The flag that chooses a backend. */
export const backendFlag = Flag.Literals("backend", names).pipe(
  Flag.withDefault<BackendName>("reference"),
  Flag.withDescription(`What computes: ${names.join(", ")}`)
)

/** The backend of a name. */
export const backendLayer = (name: BackendName): Layer.Layer<Backend | ProgramCache> => layers[name]()
