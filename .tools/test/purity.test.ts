import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { impurities } from "../purity.ts"
import { root } from "../run.ts"

const sources = globSync("packages/{core,graph}/src/**/*.ts", { cwd: root }).sort()

test("core and graph have sources", () => {
  expect(sources.length).toBeGreaterThan(10)
})

test("core and graph are pure", () => {
  const found = sources.flatMap((path) =>
    impurities(path, readFileSync(join(root, path), "utf8")).map(({ line, message }) => `${path}:${line} ${message}`)
  )
  expect(found).toEqual([])
})

test.each([
  ["let count = 0", "a module-level let is state"],
  ["export let count = 0", "a module-level let is state"],
  ["export const load = async () => 1", "an async function"],
  ["export const it = { async *all() {} }", "an async function"],
  ["export const value = await other", "an await"],
  ["for await (const x of xs) use(x)", "an await"],
  ["export const r = () => Math.random()", "Math.random: randomness is keyed"],
  ['export const r = () => Math["random"]()', "Math.random: randomness is keyed"],
  ["export const { random } = Math", "Math as a whole, which carries Math.random"],
  [
    "const memo = new Map()\nexport const keep = (x: number) => memo.set(x, 1)",
    "the module-level memo is changed in place"
  ],
  ["const seen: number[] = []\nexport const note = (x: number) => { seen[0] = x }", "the module-level seen is changed"],
  ["const counts = { a: 0 }\nexport const note = () => counts.a++", "the module-level counts is changed in place"]
])("finds the impurity of %s", (text, message) => {
  expect(impurities("planted.ts", text).map((found) => found.message)).toContainEqual(expect.stringContaining(message))
})

test("leaves mutation inside a function alone", () => {
  const text = "export const f = () => { const out = []; let n = 0; out.push(n++); return out }"
  expect(impurities("clean.ts", text)).toEqual([])
})
