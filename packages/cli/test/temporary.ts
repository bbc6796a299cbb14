import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"

/** A folder for a file of tests, which is removed after them, and how to put files into it. */
export const temporaryFolder = (name: string) => {
  const folder = mkdtempSync(join(tmpdir(), `residual-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const file = (name: string, contents: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, contents)
    return path
  }
  return { folder, file }
}
