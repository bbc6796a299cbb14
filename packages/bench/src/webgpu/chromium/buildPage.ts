import { rmSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type Plugin } from "vite"
import { packagesFolder } from "../../systems/peerPackages.ts"

/** Where the pages that this process builds lie, as long as it runs: another one may build its own meanwhile. */
const pagesFolder = fileURLToPath(new URL(`../../../../../.cache/bench-pages/${process.pid}/`, import.meta.url))
process.once("exit", () => rmSync(pagesFolder, { recursive: true, force: true }))

/** Names of packages that peers import and that are none of this repository's. */
const ofPeers = /^@(tensorflow|jax-js)\//

/** What loads a peer in a page is another file than what loads it in Node, and its packages lie in a folder of theirs. */
const peers: Plugin = {
  name: "peers",
  enforce: "pre",
  resolveId(source, importer) {
    if (importer === undefined) return undefined
    if (ofPeers.test(source) && !importer.startsWith(packagesFolder)) {
      return this.resolve(source, join(packagesFolder, "package.json"), { skipSelf: true })
    }
    const folder = dirname(importer)
    return basename(source) === "load.mjs" && basename(folder) !== "gpu" ? join(folder, "gpu", source) : undefined
  }
}

/** Builds a module into a page's script, as an application would, and gives the folder that holds it as `page.js`. */
export const buildPage = async (name: string, module: string): Promise<string> => {
  const folder = join(pagesFolder, name)
  await build({
    configFile: false,
    root: dirname(module),
    base: "./",
    logLevel: "error",
    plugins: [peers],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "esnext",
      modulePreload: false,
      chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      rolldownOptions: {
        input: { page: module },
        // What it exports is called from outside.
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "[name].js" }
      }
    }
  })
  return folder
}
