import type { Reply } from "../../measuring/reply.ts"
import type { GpuClasses } from "../counting/listen.ts"
import type { GpuRequest } from "../measuring/gpuRequest.ts"
import { measureSubject } from "../measuring/measureSubject.ts"

/** Measures a case with this framework, in a page or in Node. */
export const measure = (request: GpuRequest): Promise<Reply> =>
  measureSubject(request, globalThis as unknown as GpuClasses, () => import("./ownSubject.ts"))
