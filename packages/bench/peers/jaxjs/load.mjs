// Loads jax-js, and starts its WebAssembly device.
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { request } from "../measure.mjs"
import { installWebWorkers } from "./webWorkers.mjs"

if (request.threads > 1) installWebWorkers(request.threads)
const before = performance.now()
const require = createRequire(join(request.packages, "package.json"))
// Its build for `require` lacks what the other has.
const path = require.resolve("@jax-js/jax").replace(/index\.cjs$/, "index.js")
const jax = await import(pathToFileURL(path).href)
const imported = performance.now()
await jax.init("wasm")
jax.defaultDevice("wasm")

/** What the cases use of it. */
export const { blockUntilReady, jit, lax, nn, numpy: np, tree, valueAndGrad, vjp } = jax

/** How long that took. */
export const cold = { import: imported - before, start: performance.now() - imported }
