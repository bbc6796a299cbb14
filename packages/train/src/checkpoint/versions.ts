import type { CheckpointHeader } from "./checkpointHeader.ts"

/** The version of the format in which checkpoints are written, the only one that is read. */
export const formatVersion = 1

/** The version of this package; a test holds it against `package.json`. */
export const packageVersion = "0.1.0"

/** The versions that a checkpoint says it was made by. */
export const versionsHere = (): CheckpointHeader["versions"] => {
  const { process, navigator } = globalThis as {
    readonly process?: { readonly versions?: { readonly node?: string } }
    readonly navigator?: { readonly userAgent?: string }
  }
  const node = process?.versions?.node
  const platform = node === undefined ? (navigator?.userAgent ?? "unknown") : `Node ${node}`
  return { format: formatVersion, residual: packageVersion, platform }
}
