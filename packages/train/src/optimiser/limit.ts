import type { Kind } from "../setting/checkSettings.ts"

/** What something may be at most, where infinity is no limit. */
export const limit: Kind = { expected: "a number, 0 or more", holds: (value) => value >= 0 }
