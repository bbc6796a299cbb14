import type { TensorType } from "@residual/core"
import type { Program } from "@residual/graph"
import type { Limits } from "../../backend.ts"
import type { ProfiledResult } from "../../device.ts"
import type { Identity } from "../../identity.ts"
import type { Elements } from "../../tensor.ts"
import type { CpuOptions } from "../cpuDevice.ts"
import type { ErrorData } from "./errorData.ts"

// Both ends are of one build, so that types are enough: a step sends what it needs and nothing is checked twice.

/** What the worker is asked for, each answered by its reply. Slots and loaded programs go by the numbers it gives them. */
export type Request =
  | { readonly kind: "start"; readonly options: CpuOptions }
  | { readonly kind: "upload"; readonly type: TensorType.TensorType; readonly elements: Elements }
  | { readonly kind: "download"; readonly slot: number }
  | { readonly kind: "load"; readonly program: Program }
  | RunRequest
  | ProfileRequest

/** One step of a program. */
export interface RunRequest {
  readonly kind: "run"
  readonly program: number
  /** The slots to run on, by name; those of the program's run before where it is missing. */
  readonly slots?: ReadonlyArray<readonly [string, number]>
  readonly inputs: Readonly<Record<string, Elements>>
  readonly outputs: ReadonlyArray<string>
}

/** One step whose kernels are timed, and the slots to run it on. */
export interface ProfileRequest extends Required<Omit<RunRequest, "kind">> {
  readonly kind: "profile"
}

/** What answers each kind of request. */
export interface Values {
  /** What the device allows, and what its numbers depend on. */
  readonly start: { readonly limits: Limits; readonly identity: Identity }
  readonly upload: number
  readonly download: Elements
  readonly load: { readonly program: number; readonly bytes: number | undefined }
  readonly run: RunValue
  readonly profile: RunValue & Pick<ProfiledResult<unknown>, "milliseconds" | "kernels">
}

/** What a step gives: the outputs that were asked for, and the slots that the Store did not have. */
export interface RunValue {
  readonly outputs: Readonly<Record<string, Elements>>
  readonly slots: ReadonlyArray<readonly [string, number]>
}

/** What the worker is told, and does not answer. */
export type Notice =
  | { readonly kind: "release"; readonly slot: number }
  | { readonly kind: "unload"; readonly program: number }

/** What is sent to the worker. A request has a number, by which its reply is known. */
export type ToHost = { readonly kind: "request"; readonly number: number; readonly request: Request } | Notice

/** How a request ended. A defect is a fault of the backend's own. */
export type Reply =
  | { readonly kind: "success"; readonly value: Values[keyof Values] }
  | { readonly kind: "failure"; readonly error: ErrorData }
  | { readonly kind: "defect"; readonly text: string }

/** What the worker sends. */
export interface FromHost {
  readonly number: number
  readonly reply: Reply
}
