import { describe, expect, test } from "vitest"
import { hasTallTiles } from "../../../src/cpu/engine/hasTallTiles.ts"

const chrome = (version: number): string =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`

describe("tall tiles", () => {
  test.each([
    ["11.3.244.8-node.33", false],
    ["12.4.254.21-node.33", false],
    ["13.6.233.17-node.37", true],
    ["14.6.202.9", true],
    ["", false]
  ])("with V8 %s in Node: %s", (v8, expected) => {
    expect(hasTallTiles({ versions: { node: "24.0.0", v8 }, userAgent: "Node.js/24" })).toBe(expected)
  })

  test.each([
    [chrome(129), false],
    [chrome(130), true],
    [`${chrome(142)} Edg/142.0.0.0`, true],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", false],
    ["Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", false],
    ["Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile Safari/604.1", false]
  ])("in the browser %s: %s", (userAgent, expected) => {
    expect(hasTallTiles({ userAgent })).toBe(expected)
    // Bundlers give pages a process without an engine.
    expect(hasTallTiles({ versions: {}, userAgent })).toBe(expected)
  })

  test("in an engine that stands in for V8, or says nothing", () => {
    expect(hasTallTiles({ versions: { v8: "13.6.233.10-node.18", bun: "1.3.0" } })).toBe(false)
    expect(hasTallTiles({})).toBe(false)
  })

  test("here", () => {
    expect(hasTallTiles()).toBe(Number.parseInt(process.versions.v8, 10) >= 13)
  })
})
