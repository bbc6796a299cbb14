import type { Backend, BackendError, DeviceUnavailable, ProgramCache } from "@residual/backends"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BackendName } from "../protocol/names.ts"

type BackendLayer = Layer.Layer<Backend | ProgramCache, BackendError | DeviceUnavailable>

/** Each is loaded only where it is chosen. */
const loaders: Readonly<Record<BackendName, () => Promise<BackendLayer>>> = {
  reference: () => import("@residual/backends/reference").then(({ layer }) => layer()),
  cpu: () => import("@residual/backends/cpu").then(({ layer }) => layer()),
  webgpu: () => import("@residual/backends/webgpu").then(({ layer }) => layer())
}

/** The one thing in which runs of a model on several backends differ. */
export const backendLayer = (name: BackendName): BackendLayer => Layer.unwrap(Effect.promise(loaders[name]))
