import { assert, describe, it } from "vitest"
import { type Code, get, type Local, nothing, sequence, set, setInTurn } from "../../src/cpu/wasm/code.ts"
import { i32 } from "../../src/cpu/wasm/instructions.ts"
import { makeWriter } from "../../src/cpu/wasm/writer.ts"

const bytesOf = (code: Code): ReadonlyArray<number> => {
  const writer = makeWriter()
  code(writer)
  return [...writer.bytes.subarray(0, writer.length)]
}

const local = (index: number): Local => ({ type: "i32", index })

const doubled = (x: Local, value: number): Code => sequence(set(x, i32.constant(value)), i32.add(get(x), get(x)))

describe("locals that are set in turn", () => {
  it("take the first parts of all codes before the second ones", () => {
    const [a, b, x, y] = [local(0), local(1), local(2), local(3)] as const
    assert.deepStrictEqual(
      bytesOf(setInTurn([a, b], [doubled(x, 1), doubled(y, 2)])),
      bytesOf(
        sequence(
          set(x, i32.constant(1)),
          set(y, i32.constant(2)),
          set(a, i32.add(get(x), get(x))),
          set(b, i32.add(get(y), get(y)))
        )
      )
    )
  })

  it("are set one after the other where codes have not the same parts", () => {
    const [a, b, x] = [local(0), local(1), local(2)] as const
    assert.deepStrictEqual(
      bytesOf(setInTurn([a, b], [doubled(x, 1), i32.constant(2)])),
      bytesOf(sequence(set(a, doubled(x, 1)), set(b, i32.constant(2))))
    )
    assert.deepStrictEqual(bytesOf(setInTurn([], [])), bytesOf(nothing))
  })
})
