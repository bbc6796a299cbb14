// Loads TensorFlow.js, and starts the backend that was asked for.
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { request } from "../measure.mjs"

const require = createRequire(join(request.packages, "package.json"))
const wasmPackage = "@tensorflow/tfjs-backend-wasm"

/** It advertises its Node build on the console, where the reply goes. */
const silently = async (work) => {
  const { log, warn } = console
  console.log = console.warn = () => {}
  const result = await work()
  Object.assign(console, { log, warn })
  return result
}

const before = performance.now()
const [tf, wasm] = await silently(() => [require("@tensorflow/tfjs"), require(wasmPackage)])
const imported = performance.now()
if (request.backend === "wasm") wasm.setWasmPaths(join(dirname(require.resolve(wasmPackage)), "/"))
await silently(async () => {
  await tf.setBackend(request.backend)
  await tf.ready()
})
// A backend that does not start is replaced by another without a word.
if (tf.getBackend() !== request.backend) throw new Error(`the backend is ${tf.getBackend()}, not ${request.backend}`)

export { tf }

/** The gradient of a look-up has no kernel in WebAssembly, a product with one-hot rows does. */
export const looksUpByProducts = request.backend === "wasm"

/** Computes what a result is, which on the cpu backend only its reading does. */
export const compute = (result) => result.dataSync()

/** How long that took. */
export const cold = { import: imported - before, start: performance.now() - imported }
