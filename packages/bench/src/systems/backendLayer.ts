import type { Backend, ProgramCache } from "@residual/backends"
import type { Layer } from "effect"
import type { Request } from "../measuring/request.ts"

/** The backends of this framework that are measured. */
export const backendNames = ["cpu", "reference"] as const

/** The name of a backend. */
export type BackendName = (typeof backendNames)[number]

type BackendLayer = Layer.Layer<Backend | ProgramCache>

/** What is asked of the cpu backend; what is absent it chooses itself. */
interface CpuOptions {
  readonly threads?: number
  readonly relaxedSimd?: boolean
  readonly fast?: boolean
}

const cpu = async ({ threads, relaxedSimd, fast }: Request): Promise<BackendLayer> => {
  // Not a literal, so that this package also compiles beside a version of the backends without it.
  const path: string = "@residual/backends/cpu"
  const { layer }: { readonly layer: (options: CpuOptions) => BackendLayer } = await import(path)
  return layer({
    threads,
    ...(relaxedSimd === undefined ? {} : { relaxedSimd }),
    ...(fast === undefined ? {} : { fast })
  })
}

const reference = async (): Promise<BackendLayer> => {
  const { layer } = await import("@residual/backends/reference")
  return layer({ mode: "rounded" })
}

/** The backend of a name, of which nothing else is loaded. */
export const backendLayer = (request: Request): Promise<BackendLayer> =>
  request.backend === "cpu" ? cpu(request) : reference()
