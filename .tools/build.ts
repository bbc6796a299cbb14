// Builds dist/ of every package for publishing, from nothing, so that no file of an earlier build is packed.
import { globSync, rmSync } from "node:fs"
import { join } from "node:path"
import { root, runNode } from "./run.ts"

const manifests = globSync("packages/*/package.json", { cwd: root }).sort()
for (const manifest of manifests) rmSync(join(root, manifest, "..", "dist"), { recursive: true, force: true })
const { code } = await runNode(
  "node_modules/typescript/bin/tsc",
  ["-b", ...manifests.map((manifest) => join(manifest, ".."))],
  { inherit: true }
)
process.exitCode = code
