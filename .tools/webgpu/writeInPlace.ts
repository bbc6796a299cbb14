import { renameSync, writeFileSync } from "node:fs"

/** Writes a file whole or not at all, so that whoever reads it meanwhile, or writes it too, finds it whole. */
export const writeInPlace = (path: string, content: string | Uint8Array): void => {
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, content)
  renameSync(unfinished, path)
}
