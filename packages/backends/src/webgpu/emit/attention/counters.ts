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
  return {
    counter: (name, size) => {
      const loop: Loop = { id: names.size, size }
      names.set(loop, name)
      return ofLoop(loop)
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
