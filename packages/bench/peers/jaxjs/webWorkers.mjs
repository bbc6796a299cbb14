// jax-js starts its threads as a browser's workers. Node has none: these are Node's own, made to look like them.
import { Worker as NodeWorker } from "node:worker_threads"

/** What a worker's script finds in a browser, made of what it finds in Node. */
const prelude = `
const { parentPort } = require("node:worker_threads")
globalThis.self = globalThis
globalThis.postMessage = (message) => parentPort.postMessage(message)
parentPort.on("message", (data) => self.onmessage({ data }))
`

/** Gives this process workers, and makes it look as if it had so many processors. */
export const installWebWorkers = (processors) => {
  const sources = new Map()
  const NodeBlob = globalThis.Blob
  globalThis.Blob = class extends NodeBlob {
    constructor(parts, options) {
      super(parts, options)
      this.source = parts.join("")
    }
  }
  URL.createObjectURL = ({ source }) => {
    const url = `blob:${sources.size}`
    sources.set(url, source)
    return url
  }
  URL.revokeObjectURL = () => {}
  globalThis.Worker = class {
    constructor(url) {
      this.worker = new NodeWorker(prelude + sources.get(url), { eval: true })
      this.worker.unref()
      this.worker.on("message", (data) => this.onmessage?.({ data }))
      this.worker.on("error", (error) => {
        if (this.onerror === undefined) throw error
        this.onerror(error)
      })
    }
    postMessage(message) {
      this.worker.ref()
      this.worker.postMessage(message)
    }
    terminate() {
      this.worker.terminate()
    }
  }
  const navigator = { hardwareConcurrency: processors, userAgent: "node" }
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true })
}
