import { assert, describe, it } from "vitest"
import { messageOf } from "../src/exit.ts"

describe("what a failure says", () => {
  it("is one line", () => {
    assert.strictEqual(messageOf(new Error("first\n  second")), "first second")
  })

  it("names what to do where memory does not suffice", () => {
    const failed = (): unknown => {
      try {
        return new Float64Array(2 ** 52)
      } catch (error) {
        return error
      }
    }
    assert.match(messageOf(failed()), /^out of memory \(.+\): a smaller model, context or batch takes less$/)
  })
})
