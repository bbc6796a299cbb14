import { claimable } from "@residual/core"
import type { Claims } from "@residual/graph"

/** The composites that the CPU backend computes itself. */
export const claims: Claims = new Set([claimable.attention, claimable.attentionBackward])
