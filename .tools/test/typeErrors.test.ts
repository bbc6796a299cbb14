import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { root } from "../run.ts"
import { broken, claimsOf, typeErrors } from "../typeErrors.ts"

const texts = Object.fromEntries(
  globSync("packages/core/typetest/*.ts", { cwd: root })
    .sort()
    .map((path) => [basename(path), readFileSync(join(root, path), "utf8")])
)
const errors = await typeErrors("core", texts)

test.each(Object.entries(texts))("packages/core/typetest/%s", (file, text) => {
  expect(claimsOf(text).length).toBeGreaterThan(0)
  expect(
    broken(
      claimsOf(text),
      errors.filter((error) => error.file === file)
    )
  ).toEqual([])
})

test("a type test fails when its error goes away, changes its words, or comes unannounced", async () => {
  const text = [
    "// @ts-expect-error Type 'string' is not assignable to type 'number'",
    "export const gone: number = 1",
    "// @ts-expect-error is not assignable to type 'boolean'",
    'export const other: number = "a"',
    'export const unannounced: number = "b"',
    "// @ts-expect-error",
    'export const wordless: number = "c"'
  ].join("\n")
  const found = await typeErrors("planted", { "planted.ts": text })
  expect(broken(claimsOf(text), found)).toEqual([
    "line 2: compiles, and should not: Type 'string' is not assignable to type 'number'",
    expect.stringContaining("line 4: expected \"is not assignable to type 'boolean'\""),
    "line 7: say what the error says, after @ts-expect-error",
    expect.stringContaining("line 5: Type 'string' is not assignable")
  ])
})
