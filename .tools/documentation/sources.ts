import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../run.ts"

/** A file that may hold examples: its path from the top folder, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** The reference repeats the examples of docstrings, which are read where they are written. */
const isReference = (path: string): boolean => path.startsWith("docs/api/")

const read = (pattern: string): ReadonlyArray<SourceFile> =>
  globSync(pattern, { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !isReference(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))

/** Every file whose examples are part of the documentation: sources, guides and the README. */
export const documentedFiles = (): ReadonlyArray<SourceFile> =>
  ["packages/*/src/**/*.ts", "docs/**/*.md", "README.md"].flatMap(read)
