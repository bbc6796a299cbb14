import type { Reply } from "../src/measuring/reply.ts"
import type { Row } from "../src/row.ts"

/** A reply of a median time, and of what else a test says. */
export const reply = (milliseconds: number, rest: Partial<Reply> = {}): Reply => ({
  milliseconds: { median: milliseconds, fastest: milliseconds / 2, samples: 8 },
  cold: { import: 100, first: 2 * milliseconds },
  memory: { residentBefore: 5e7, resident: 1e8 },
  pinned: true,
  ...rest
})

/** A row of Residual's on one thread in the first round, unless a test says otherwise. */
export const row = (name: string, found: Reply | string, rest: Partial<Row> = {}): Row => ({
  round: 1,
  case: name,
  system: "Residual cpu",
  threads: 1,
  own: true,
  result: typeof found === "string" ? { kind: "failed", reason: found } : { kind: "measured", reply: found },
  ...rest
})
