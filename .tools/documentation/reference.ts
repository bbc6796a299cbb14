// Writes the API reference to docs/api from the docstrings of what the packages export.
import { join } from "node:path"
import { root } from "../run.ts"
import { publicSymbols } from "./publicSymbols.ts"
import { currentReference, outdatedFiles, referenceFolder, writeReference } from "./referenceFiles.ts"

const folder = join(root, referenceFolder)
const symbols = publicSymbols()
const pages = currentReference(symbols)
const outdated = outdatedFiles(pages, folder)
writeReference(pages, folder)
console.log(`${referenceFolder}: ${symbols.length} public names on ${pages.size} pages, ${outdated.length} changed`)
