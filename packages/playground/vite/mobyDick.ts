import * as Effect from "effect/Effect"
import type { Plugin } from "vite"
import { readMobyDick } from "../../cli/src/task/text/mobyDick.ts"

const name = "virtual:moby-dick"

/** The text that the command learns, as a module, which is a chunk of its own where it is imported dynamically. */
export const mobyDick = (): Plugin => ({
  name: "moby-dick",
  resolveId: (id) => (id === name ? `\0${name}` : undefined),
  load: async (id) => {
    if (id !== `\0${name}`) return undefined
    const text = await Effect.runPromise(readMobyDick)
    return `export default ${JSON.stringify(text)}`
  }
})
