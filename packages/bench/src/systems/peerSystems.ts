import { fileURLToPath } from "node:url"
import type { Case } from "../cases/caseList.ts"
import { packagesFolder } from "./peerPackages.ts"
import type { System } from "./system.ts"

/** The frameworks of others that can be measured. */
export const peerNames = ["tfjs", "jaxjs", "torch"] as const

/** The name of a peer. */
export type PeerName = (typeof peerNames)[number]

const script = (path: string): string => fileURLToPath(new URL(`../../peers/${path}`, import.meta.url))

/** A peer that JavaScript runs, with its packages in a folder of their own. */
const inNode = (
  path: string,
  system: Pick<System, "name" | "threads"> & { readonly backend?: string; readonly covers?: System["covers"] }
): System => {
  const { name, threads, backend, covers = () => true } = system
  return {
    name,
    threads,
    own: false,
    covers: (measured) => measured.own !== true && covers(measured),
    command: (request) => {
      const whole = { ...request, threads, packages: packagesFolder, ...(backend === undefined ? {} : { backend }) }
      return { program: process.execPath, args: [script(path), JSON.stringify(whole)] }
    }
  }
}

/** A step of the big GPT takes minutes on a backend in plain JavaScript. */
const isNotBig = ({ name }: Case): boolean => name !== "W5-big"

/** Its threaded build does not start in Node. */
const tfjs = (): ReadonlyArray<System> => [
  inNode("tfjs/main.mjs", { name: "TensorFlow.js wasm", threads: 1, backend: "wasm" }),
  inNode("tfjs/main.mjs", { name: "TensorFlow.js cpu", threads: 1, backend: "cpu", covers: isNotBig })
]

const jaxjs = (threads: ReadonlyArray<number>): ReadonlyArray<System> =>
  threads.map((threads) =>
    inNode("jaxjs/main.mjs", { name: "jax-js wasm", threads, covers: ({ workload }) => workload !== "W7" })
  )

const torch = (threads: ReadonlyArray<number>, python: string): ReadonlyArray<System> =>
  threads.map((threads) => ({
    name: "PyTorch",
    threads,
    own: false,
    covers: ({ own }) => own !== true,
    command: (request) => ({
      program: python,
      args: [script("torch/main.py"), JSON.stringify({ ...request, threads })],
      // The pools of OpenMP and of OpenBLAS read these when they are loaded.
      environment: {
        OMP_NUM_THREADS: String(threads),
        OPENBLAS_NUM_THREADS: String(threads),
        PYTHONDONTWRITEBYTECODE: "1"
      }
    })
  }))

/** The systems that a peer stands for. */
export const peerSystems = (name: PeerName, threads: ReadonlyArray<number>, python: string): ReadonlyArray<System> =>
  name === "tfjs" ? tfjs() : name === "jaxjs" ? jaxjs(threads) : torch(threads, python)
