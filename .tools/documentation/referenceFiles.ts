import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageFolders } from "../packages.ts"
import { root } from "../run.ts"
import type { PublicSymbol } from "./publicSymbols.ts"
import { type ReferencePackage, referencePages } from "./referencePages.ts"

/** The folder that holds the reference, from the top folder. */
export const referenceFolder = "docs/api"

const readPackage = (folder: string): ReferencePackage => {
  const manifest: { readonly name: string; readonly description: string } = JSON.parse(
    readFileSync(join(root, "packages", folder, "package.json"), "utf8")
  )
  return { folder, name: manifest.name, description: manifest.description }
}

/** The reference of this repository as it should be: Markdown by the files' names in `docs/api`. */
export const currentReference = (symbols: ReadonlyArray<PublicSymbol>): ReadonlyMap<string, string> =>
  referencePages(packageFolders.map(readPackage), symbols)

const filesIn = (folder: string): ReadonlyArray<string> => globSync("*.md", { cwd: folder }).sort()

/** The files of a folder that differ from the pages: changed, absent, or too many. */
export const outdatedFiles = (pages: ReadonlyMap<string, string>, folder: string): ReadonlyArray<string> => {
  const changed = [...pages].flatMap(([file, text]) => {
    const path = join(folder, file)
    return existsSync(path) && readFileSync(path, "utf8") === text ? [] : [file]
  })
  return [...changed, ...filesIn(folder).filter((file) => !pages.has(file))]
}

/** Makes a folder hold the pages and no other. */
export const writeReference = (pages: ReadonlyMap<string, string>, folder: string): void => {
  mkdirSync(folder, { recursive: true })
  for (const file of outdatedFiles(pages, folder)) {
    const text = pages.get(file)
    if (text === undefined) rmSync(join(folder, file))
    else writeFileSync(join(folder, file), text)
  }
}
