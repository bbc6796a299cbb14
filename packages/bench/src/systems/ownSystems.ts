import { fileURLToPath } from "node:url"
import type { Request } from "../measuring/request.ts"
import type { BackendName } from "./backendLayer.ts"
import type { System } from "./system.ts"

/** How this framework is asked to compute. */
export interface OwnOptions {
  readonly backend: BackendName
  readonly threads: ReadonlyArray<number>
  readonly relaxedSimd: boolean | undefined
  readonly fast: boolean | undefined
}

const child = fileURLToPath(new URL("child.ts", import.meta.url))

/** This framework on each number of threads; the reference has one thread only. */
export const ownSystems = ({ backend, threads, relaxedSimd, fast }: OwnOptions): ReadonlyArray<System> =>
  (backend === "reference" ? [1] : threads).map((threads, at) => ({
    name: `Residual ${backend}`,
    threads,
    own: true,
    // What computes nothing does so on any number of threads.
    covers: ({ operations }) => operations > 0 || at === 0,
    command: (request) => {
      const whole: Request = {
        ...request,
        backend,
        threads,
        ...(relaxedSimd === undefined ? {} : { relaxedSimd }),
        ...(fast === undefined ? {} : { fast })
      }
      return { program: process.execPath, args: [child, JSON.stringify(whole)] }
    }
  }))
