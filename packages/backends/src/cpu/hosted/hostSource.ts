import type { ThreadSource } from "../thread/threadEngine.ts"

/** The program of the worker that a device lives in. */
export const hostSource: ThreadSource = {
  beside: import.meta.url,
  // Bundlers look for exactly this expression, and find the source by the name of what is built of it.
  inBrowser: ({ Worker }) => new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
}
