// Run by workers: doubles an array's elements where they are, and moves it back.

import { answer } from "../../src/worker.ts"

answer(
  (elements: Float32Array<ArrayBuffer>) => {
    for (const [at, element] of elements.entries()) elements[at] = element * 2
    return elements
  },
  { moved: ({ buffer }) => [buffer] }
)
