import { globSync } from "node:fs"
import { basename, dirname } from "node:path"
import { root } from "./run.ts"

/** The folders of the workspace's packages under `packages/`. */
export const packageFolders: ReadonlyArray<string> = globSync("packages/*/package.json", { cwd: root })
  .map((manifest) => basename(dirname(manifest)))
  .sort()
