import { expect, test } from "vitest"
import { writeExamples } from "./examples.ts"

const examples = writeExamples()

test("the documentation holds examples", () => {
  expect(examples.length).toBeGreaterThan(0)
})

for (const { name, module, runs } of examples) {
  if (runs) {
    test(name, async () => {
      await import(/* @vite-ignore */ module)
    })
  }
}
