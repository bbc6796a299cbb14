import { fileURLToPath } from "node:url"
import { build } from "vite"

/** Builds a page of the tests into a folder, as an application would that changes none of Vite's defaults. */
export const buildPage = async (page: "page" | "dataPage", folder: string): Promise<void> => {
  await build({
    configFile: false,
    root: fileURLToPath(new URL(`./${page}`, import.meta.url)),
    // Served under several paths.
    base: "./",
    logLevel: "error",
    build: { outDir: folder, emptyOutDir: true }
  })
}
