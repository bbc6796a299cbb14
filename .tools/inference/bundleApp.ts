import { gzipSync } from "node:zlib"
import { build, type Rollup } from "vite"

/** An app as a bundler makes it that leaves out what the app does not use. */
export interface Bundle {
  readonly code: string
  /** Its size, minified, and that compressed by gzip. */
  readonly bytes: number
  readonly gzipped: number
  /** The sizes of its workers, minified: files of their own, which are loaded where they are wanted. */
  readonly workers: ReadonlyArray<number>
  /** The files of which something is left in it. */
  readonly modules: ReadonlyArray<string>
}

/** Bundles a module for browsers, as an application would that changes none of Vite's defaults. */
export const bundleApp = async (entry: string): Promise<Bundle> => {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: { write: false, rolldownOptions: { input: entry, preserveEntrySignatures: "strict" } }
  })
  const { output } = [built].flat()[0] as Rollup.RolldownOutput
  const [{ code, modules }, ...workers] = output
  return {
    code,
    bytes: Buffer.byteLength(code),
    gzipped: gzipSync(code, { level: 9 }).length,
    workers: workers.map((file) => Buffer.byteLength(file.type === "asset" ? file.source : file.code)),
    modules: Object.keys(modules).filter((path) => (modules[path]?.renderedLength ?? 0) > 0)
  }
}
