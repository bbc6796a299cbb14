/**
 * How something is stopped midway: it then rejects with the signal's reason, as `fetch` does.
 *
 * ```ts
 * import type { Abortable } from "@residual/promise"
 * const patient: Abortable = { signal: AbortSignal.timeout(60_000) }
 * patient.signal?.aborted // => false
 * ```
 */
export interface Abortable {
  readonly signal?: AbortSignal
}
