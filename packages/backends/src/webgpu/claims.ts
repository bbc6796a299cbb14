import { claimable } from "@residual/core"
import type { Claims } from "@residual/graph"

/** The composites that the WebGPU backend computes itself. */
export const claims: Claims = new Set([claimable.attention, claimable.attentionBackward])
