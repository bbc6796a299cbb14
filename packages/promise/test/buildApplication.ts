import { fileURLToPath } from "node:url"
import { build } from "vite"

/** A part of a bundle. */
export interface Chunk {
  /** Whether a page loads it first. */
  readonly isEntry: boolean
  readonly code: string
  /** The files of which something is in it. */
  readonly files: ReadonlyArray<string>
}

const entry = "virtual:application"

/** The bundle of an application, as Vite makes it for browsers by default. */
export const buildApplication = async (text: string): Promise<ReadonlyArray<Chunk>> => {
  const built = await build({
    configFile: false,
    root: fileURLToPath(new URL("..", import.meta.url)),
    logLevel: "error",
    plugins: [
      {
        name: "application",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? text : null)
      }
    ],
    build: { write: false, rolldownOptions: { input: entry } }
  })
  const [outputs] = [built].flat()
  if (outputs === undefined || !("output" in outputs)) throw new Error("nothing was built")
  return outputs.output.flatMap((chunk) => {
    if (chunk.type !== "chunk") return []
    const { isEntry, code, modules } = chunk
    const files = Object.entries(modules).flatMap(([file, { renderedLength }]) => (renderedLength > 0 ? [file] : []))
    return [{ isEntry, code, files }]
  })
}
