// Fails when a public name has no docstring, when a public value's docstring has no example, when an example does not
// type-check, or when docs/api is not what the docstrings say. The examples are run by examples.test.ts.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageFolders } from "../packages.ts"
import { root, runNode } from "../run.ts"
import { examplesFolder, writeExamples } from "./examples.ts"
import { publicSymbols } from "./publicSymbols.ts"
import { currentReference, outdatedFiles, referenceFolder } from "./referenceFiles.ts"

/** An example's module and the line of the source that it was taken from, as the compiler writes them. */
const location = /^\.cache\/examples\/(.*)\.\d+\.ts\((\d+),\d+\)/gm

const symbols = publicSymbols()
const lacking = new Map<string, string>()
for (const { name, path, line, isValue, docstring } of symbols) {
  const at = `${path}:${line}`
  if (docstring === undefined) lacking.set(at, `${at}  ${name} has no docstring`)
  else if (isValue && !docstring.includes("```ts")) lacking.set(at, `${at}  ${name} has no example`)
}
for (const line of lacking.values()) console.log(line)

const outdated = outdatedFiles(currentReference(symbols), join(root, referenceFolder))
if (outdated.length > 0) {
  console.log(
    `${referenceFolder} is out of date (${outdated.join(", ")}): run \`npm run docs\` and commit what it writes`
  )
}

const examples = writeExamples()
mkdirSync(examplesFolder, { recursive: true })
writeFileSync(
  join(examplesFolder, "tsconfig.json"),
  JSON.stringify({
    extends: "../../packages/tsconfig.base.json",
    compilerOptions: {
      composite: false,
      declaration: false,
      declarationMap: false,
      noEmit: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
      types: ["node"]
    },
    include: ["**/*.ts"],
    references: packageFolders.map((name) => ({ path: `../../packages/${name}` }))
  })
)
const typed = await runNode("node_modules/typescript/bin/tsc", ["-b", examplesFolder, "--pretty", "false"], {
  cwd: root
})
if (typed.code !== 0) {
  const shown = typed.output.split(/^(?=\S)/m).filter((error) => error.startsWith(".cache/examples/"))
  console.log((shown.length > 0 ? shown.join("") : typed.output).trimEnd().replaceAll(location, "$1:$2 (example)"))
}
console.log(
  `${symbols.length} public names, ${lacking.size} without docstring or example; ${examples.length} examples type-checked`
)
process.exitCode = lacking.size === 0 && outdated.length === 0 && typed.code === 0 ? 0 : 1
