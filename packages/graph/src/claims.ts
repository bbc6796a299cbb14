import type { Composite } from "@residual/core"

/**
 * The composites that a backend computes itself: ops, not their names, so that somebody else's op of the same name is
 * not taken for one of them. What is claimed stays whole, as a node that carries its body; a backend knows it by its
 * name, which no two ops of its claims share. `claimable` holds those of the library.
 *
 * ```ts
 * import { claimable, composite, op } from "@residual/core"
 * import type { Claims } from "@residual/graph"
 * const claims: Claims = new Set([claimable.softmax])
 * claims.has(composite("softmax", { body: ([x]) => op.exp(x!) }).op) // => false
 * ```
 */
export type Claims = ReadonlySet<Composite>
