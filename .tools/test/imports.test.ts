import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { root, runNode } from "../run.ts"

/** What each planted file gets wrong; a name in brackets is the rule that must object. */
const planted: Readonly<Record<string, readonly [text: string, rule: string | undefined]>> = {
  "packages/core/src/clean.ts": ['import { right } from "fp-ts/lib/Either.js"\nexport const one = right(1)', undefined],
  "packages/core/src/upward.ts": [
    'import { lower } from "@residual/graph"\nexport const f = lower',
    "noRestrictedImports"
  ],
  "packages/core/src/upwardType.ts": [
    'import type { Graph } from "@residual/graph"\nexport type G = Graph',
    "noRestrictedImports"
  ],
  "packages/core/src/effectful.ts": ['import { Effect } from "effect"\nexport const e = Effect', "noRestrictedImports"],
  "packages/core/src/barrel.ts": ['import { number } from "fp-ts"\nexport const n = number', "noRestrictedImports"],
  "packages/core/src/clock.ts": ["export const now = () => Date.now()", "noRestrictedGlobals"],
  "packages/core/src/output.ts": ['export const say = () => console.log("x")', "noConsole"],
  "packages/core/src/promise.ts": ["export const p = () => Promise.resolve(1)", "noRestrictedGlobals"],
  "packages/core/src/any.ts": ["export const f = (x: any) => x", "noExplicitAny"],
  "packages/core/src/unused.ts": ["const unused = 1\nexport const used = 2", "noUnusedVariables"],
  "packages/core/src/first.ts": [
    'import { second } from "./second.ts"\nexport const first = () => second',
    "noImportCycles"
  ],
  "packages/core/src/second.ts": [
    'import { first } from "./first.ts"\nexport const second = () => first',
    "noImportCycles"
  ],
  "packages/core/src/left.ts": [
    'import type { Right } from "./right.ts"\nexport type Left = Right | 1',
    "noImportCycles"
  ],
  "packages/core/src/right.ts": ['import type { Left } from "./left.ts"\nexport type Right = Left[]', "noImportCycles"],
  "packages/core/src/long.ts": [`export const x = [\n${"  1,\n".repeat(420)}  2\n]`, "noExcessiveLinesPerFile"],
  "packages/graph/src/effectType.ts": [
    'import type { Effect } from "effect"\nexport type E = Effect.Effect<number>',
    "noRestrictedImports"
  ],
  "packages/graph/src/upward.ts": ['export { run } from "@residual/backends"', "noRestrictedImports"],
  "packages/backends/src/undeclared.ts": [
    'import { test } from "vitest"\nexport const t = test',
    "noUndeclaredDependencies"
  ],
  "packages/backends/src/undeclaredType.ts": [
    'import type { Arbitrary } from "fast-check"\nexport type A = Arbitrary<number>',
    "noUndeclaredDependencies"
  ],
  "packages/backends/src/both.ts": [
    'import type { Either } from "fp-ts/lib/Either.js"\nimport { Effect } from "effect"\nexport const e = Effect.succeed\nexport type T = Either<1, 2>',
    "noRestrictedImports"
  ],
  "packages/backends/src/eitherToEffect.ts": [
    'import type { Either } from "fp-ts/lib/Either.js"\nimport { Effect } from "effect"\nexport const e = Effect.succeed\nexport type T = Either<1, 2>',
    undefined
  ],
  "packages/train/src/concrete.ts": [
    'import { reference } from "@residual/backends/reference"\nexport const r = reference',
    "noRestrictedImports"
  ],
  "packages/train/src/upward.ts": [
    'import { main } from "@residual/cli"\nexport const m = main',
    "noRestrictedImports"
  ],
  "packages/testing/src/both.ts": [
    'import { right } from "fp-ts/lib/Either.js"\nexport const r = right',
    "noRestrictedImports"
  ],
  "packages/train/src/sideways.ts": [
    'import { open } from "@residual/promise"\nexport const o = open',
    "noRestrictedImports"
  ],
  "packages/promise/src/upward.ts": [
    'import { main } from "@residual/cli"\nexport const m = main',
    "noRestrictedImports"
  ],
  "packages/promise/src/files.ts": [
    'import * as NodeServices from "@effect/platform-node/NodeServices"\nexport const l = NodeServices.layer',
    "noRestrictedImports"
  ],
  "packages/promise/src/node/files.ts": [
    'import * as NodeServices from "@effect/platform-node/NodeServices"\nexport const l = NodeServices.layer',
    undefined
  ],
  "packages/train/src/builtin.ts": [
    'import { readFileSync } from "node:fs"\nexport const r = readFileSync',
    "noRestrictedImports"
  ],
  "packages/core/test/effectful.test.ts": [
    'import { Effect } from "effect"\nexport const e = Effect',
    "noRestrictedImports"
  ],
  "packages/core/test/upward.test.ts": [
    'import { grad } from "@residual/graph"\nexport const g = grad',
    "noRestrictedImports"
  ],
  "packages/core/test/only.test.ts": ['import { test } from "vitest"\ntest.only("x", () => {})', "noFocusedTests"],
  "packages/core/test/skip.test.ts": ['import { test } from "vitest"\ntest.skip("x", () => {})', "noSkippedTests"]
}

const folder = mkdtempSync(join(tmpdir(), "residual-imports-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
for (const file of [".biome.json", ".gitignore", ...globSync("packages/*/package.json", { cwd: root })]) {
  cpSync(join(root, file), join(folder, file))
}
for (const [path, [text]] of Object.entries(planted)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), `${text}\n`)
}

interface Report {
  readonly diagnostics: ReadonlyArray<{
    readonly category: string
    readonly location: { readonly path: string | { readonly file: string } }
  }>
}

const { stdout } = await runNode(
  join(root, "node_modules/@biomejs/biome/bin/biome"),
  ["lint", "--error-on-warnings", "--reporter=json", "--max-diagnostics=none"],
  { cwd: folder }
)
const report: Report = JSON.parse(stdout)

test.each(Object.entries(planted))("%s", (path, [, rule]) => {
  const rules = report.diagnostics
    .filter(({ location }) => JSON.stringify(location).includes(path))
    .map(({ category }) => category.split("/").at(-1))
  if (rule === undefined) expect(rules).toEqual([])
  else expect(rules).toContain(rule)
})
