import { type Index, type Loop, ofLoop } from "../../../kernel/indexExpression.ts"
import { indexText } from "../indexText.ts"

/** Integers of a kernel that indices are made of, by the names that its text gives them. */
export interface Counters {
  /** An integer from 0 to below `size`, which the kernel calls so. */
  readonly counter: (name: string, size: number) => Index
  readonly text: (index: Index) => string
}

/** No counters yet. */
export const counters = (): Counters => {
  const names = new Map<Loop, string>()
  const known = new Map<string, Index>()
  return {
    // A kernel's body is written more than once, and is to be the same each time.
    counter: (name, size) => {
      const before = known.get(`${name} ${size}`)
      if (before !== undefined) return before
      const loop: Loop = { id: names.size, size }
      const index = ofLoop(loop)
      names.set(loop, name)
      known.set(`${name} ${size}`, index)
      return index
    },
    text: (index) =>
      indexText(index, {
        loop: (loop) => names.get(loop) as string,
        computed: () => {
          throw new Error("an attention's operands lie at computed places")
        }
      })
  }
}
