import { HostRandom } from "@residual/core"
import type { LawCase } from "./law.ts"

/** A law: why it fails in a case, or `undefined`. What it draws at random comes from the seed. */
export type Check = (subject: LawCase, seed: number) => string | undefined

/** A key of its own for each thing that a check draws. */
export const keyOf = (seed: number, what: string): HostRandom.HostKey =>
  HostRandom.foldIn(HostRandom.keyFromSeed(seed), HostRandom.hashPath(what))
