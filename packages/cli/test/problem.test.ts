import { fc, it } from "@fast-check/vitest"
import { assert, describe } from "vitest"
import { pathText, readPath } from "../src/configuration/problem.ts"

const name = fc.oneof(
  fc.constantFrom("model", "petal.length", "a = b", "", " ", "__proto__"),
  fc.string().filter((text) => !text.includes('"'))
)

describe("a setting's path", () => {
  it.prop([fc.array(name, { minLength: 1 })])("is read as it is written, whatever its names but for quotes", (path) => {
    assert.deepStrictEqual(readPath(pathText(path)), path)
  })

  it.each(["", ".", "a.", ".a", "a..b", "a b", 'a"b"', '"a"b', '"a', "a=b"])("is none: %s", (text) => {
    assert.isUndefined(readPath(text))
  })
})
