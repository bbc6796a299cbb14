import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { type ProcessFailure, runProcess } from "./runProcess.ts"

/** Where the packages of peers are installed: they are no dependencies of this repository. */
export const packagesFolder = fileURLToPath(new URL("../../../../.cache/bench-peers/", import.meta.url))

/** The packages of each peer that has some, at the versions that are measured. */
const packages = {
  tfjs: {
    "@tensorflow/tfjs": "4.22.0",
    "@tensorflow/tfjs-backend-wasm": "4.22.0",
    "@tensorflow/tfjs-backend-webgpu": "4.22.0"
  },
  jaxjs: { "@jax-js/jax": "0.1.25" }
} as const

type Versions = Readonly<Record<string, string>>

const manifestOf = (folder: string): { readonly version?: string; readonly dependencies?: Versions } => {
  const path = join(folder, "package.json")
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {}
}

const isThere = ([name, version]: readonly [string, string]): boolean =>
  manifestOf(join(packagesFolder, "node_modules", name)).version === version

/** What npm tells its children about this repository is not to reach an install elsewhere. */
const isOfThisRepository = (name: string): boolean =>
  /^(npm_(package|lifecycle|command|config_(local_prefix|global_prefix|prefix))|init_cwd)/i.test(name)

/** Installs the packages of a peer, unless they are there. */
export const installPeer = (peer: keyof typeof packages): Effect.Effect<void, ProcessFailure> =>
  Effect.suspend(() => {
    const wanted = packages[peer]
    if (Object.entries(wanted).every(isThere)) return Effect.void
    mkdirSync(packagesFolder, { recursive: true })
    const dependencies = { ...manifestOf(packagesFolder).dependencies, ...wanted }
    writeFileSync(join(packagesFolder, "package.json"), JSON.stringify({ private: true, dependencies }, undefined, 2))
    return Effect.asVoid(
      runProcess({
        program: "npm",
        args: ["install", "--no-audit", "--no-fund", "--loglevel=error"],
        folder: packagesFolder,
        without: isOfThisRepository
      })
    )
  })
