// Threads as browsers and as Node have them, behind one interface. The one or the other is chosen by what is there: Node's
// module is asked for at run time, so that bundlers for browsers never see it.

/** A thread that was started, as its starter sees it. */
export interface StartedThread<To> {
  readonly post: (message: To) => void
  /** Ends the thread wherever it is, also asleep. */
  readonly end: () => Promise<void>
}

/** What a starter listens to. */
export interface ThreadListener<From> {
  readonly onMessage: (message: From) => void
  /** The thread has ended, or will do nothing more: why. */
  readonly onEnd: (reason: string) => void
}

/** The thread that started this one, as this one sees it. */
export interface Parent<To, From> {
  readonly listen: (onMessage: (message: To) => void) => void
  readonly post: (message: From) => void
  /** Ends this thread. */
  readonly close: () => void
}

/** The little of a browser's worker, from either side, that is used here. */
interface BrowserPort {
  readonly postMessage: (message: unknown) => void
  readonly addEventListener: (
    type: "message" | "messageerror" | "error",
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void
  ) => void
}

interface BrowserWorker extends BrowserPort {
  readonly terminate: () => void
}

interface BrowserScope extends BrowserPort {
  readonly Worker: new (url: URL, options: { readonly type: "module" }) => BrowserWorker
  readonly close: () => void
}

const browser = globalThis as unknown as BrowserScope

const nodeThreads = (): typeof import("node:worker_threads") | undefined =>
  globalThis.process?.getBuiltinModule?.("node:worker_threads")

/** Starts a thread that runs worker.ts. It does not keep the process alive. */
export const startThread = <To, From>(listener: ThreadListener<From>): StartedThread<To> => {
  const threads = nodeThreads()
  return threads === undefined ? startInBrowser(listener) : startInNode(threads, listener)
}

const startInNode = <To, From>(
  threads: typeof import("node:worker_threads"),
  { onMessage, onEnd }: ThreadListener<From>
): StartedThread<To> => {
  // This file runs as it is, or as it was built, and the worker beside it likewise. The name is not written where it is
  // used, lest bundlers look for it.
  const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js"
  // Node refuses to give this option of a program from its command line to a program from a file.
  const isFromCommandLine = process.execArgv.some((option) => option.startsWith("--input-type"))
  const worker = new threads.Worker(new URL(file, import.meta.url), {
    name: "residual",
    ...(isFromCommandLine ? { execArgv: [] } : {})
  })
  worker.on("message", onMessage)
  worker.on("messageerror", (cause) => onEnd(`it did not understand a message (${cause})`))
  worker.on("error", (cause) => onEnd(String(cause)))
  worker.on("exit", (code) => onEnd(`it exited with ${code}`))
  worker.unref()
  return {
    post: (message) => worker.postMessage(message),
    end: async () => {
      await worker.terminate()
    }
  }
}

const startInBrowser = <To, From>({ onMessage, onEnd }: ThreadListener<From>): StartedThread<To> => {
  const { Worker } = browser
  // Bundlers look for exactly this expression, and find the source by the name of what is built of it.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
  worker.addEventListener("message", ({ data }) => onMessage(data as From))
  worker.addEventListener("messageerror", () => onEnd("it did not understand a message"))
  worker.addEventListener("error", ({ message }) => onEnd(message ?? "it could not be loaded"))
  return { post: (message) => worker.postMessage(message), end: async () => worker.terminate() }
}

/** In a thread that was started so: its starter. */
export const parentOf = <To, From>(): Parent<To, From> => {
  const port = nodeThreads()?.parentPort
  if (port) {
    return {
      listen: (onMessage) => port.on("message", onMessage),
      post: (message) => port.postMessage(message),
      close: () => port.close()
    }
  }
  return {
    listen: (onMessage) => browser.addEventListener("message", ({ data }) => onMessage(data as To)),
    post: (message) => browser.postMessage(message),
    close: () => browser.close()
  }
}
