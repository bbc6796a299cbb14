import type { ThreadSource } from "./threadEngine.ts"

/** The program of a pool's workers. */
export const threadSource: ThreadSource = {
  beside: import.meta.url,
  // Bundlers look for exactly this expression, and find the source by the name of what is built of it.
  inBrowser: ({ Worker }) => new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
}
