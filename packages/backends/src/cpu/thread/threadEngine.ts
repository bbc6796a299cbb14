// Threads as browsers and as Node have them, behind one interface. The one or the other is chosen by what is there: Node's
// module is asked for at run time, so that bundlers for browsers never see it.

/** A thread that was started, as its starter sees it. */
export interface StartedThread<To> {
  /** Sends a message. Memory in `moved` is moved, not copied. */
  readonly post: (message: To, moved?: ReadonlyArray<ArrayBuffer>) => void
  /** Whether the process is to stay alive for the thread; at first, it is not. */
  readonly keepAlive: (isNeeded: boolean) => void
  /** Ends the thread wherever it is, also asleep. */
  readonly end: () => Promise<void>
}

/** The program that a thread runs: the file called worker.ts in a folder, or what was built of it. */
export interface ThreadSource {
  /** The address of another file in the folder, which runs as it is, or as it was built; so does the worker beside it. */
  readonly beside: string
  /** Starts it in a browser. Bundlers look for the expression in that file, so it cannot be written here. */
  readonly inBrowser: (scope: BrowserScope) => BrowserWorker
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
  readonly post: (message: From, moved?: ReadonlyArray<ArrayBuffer>) => void
  /** Ends this thread. */
  readonly close: () => void
}

/** The little of a browser's worker, from either side, that is used here. */
interface BrowserPort {
  readonly postMessage: (message: unknown, moved: ReadonlyArray<ArrayBuffer>) => void
  readonly addEventListener: (
    type: "message" | "messageerror" | "error",
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void
  ) => void
}

/** A browser's worker, as its starter sees it. */
export interface BrowserWorker extends BrowserPort {
  readonly terminate: () => void
}

/** The global scope of a browser's thread. */
export interface BrowserScope extends BrowserPort {
  readonly Worker: new (url: URL, options: { readonly type: "module" }) => BrowserWorker
  readonly close: () => void
}

const browser = globalThis as unknown as BrowserScope

const nodeThreads = (): typeof import("node:worker_threads") | undefined =>
  globalThis.process?.getBuiltinModule?.("node:worker_threads")

/** Starts a thread. */
export const startThread = <To, From>(source: ThreadSource, listener: ThreadListener<From>): StartedThread<To> => {
  const threads = nodeThreads()
  return threads === undefined ? startInBrowser(source, listener) : startInNode(threads, source, listener)
}

const startInNode = <To, From>(
  threads: typeof import("node:worker_threads"),
  { beside }: ThreadSource,
  { onMessage, onEnd }: ThreadListener<From>
): StartedThread<To> => {
  const file = beside.endsWith(".ts") ? "./worker.ts" : "./worker.js"
  // Node refuses to give this option of a program from its command line to a program from a file.
  const isFromCommandLine = process.execArgv.some((option) => option.startsWith("--input-type"))
  const worker = new threads.Worker(new URL(file, beside), {
    name: "residual",
    ...(isFromCommandLine ? { execArgv: [] } : {})
  })
  worker.on("message", onMessage)
  worker.on("messageerror", (cause) => onEnd(`it did not understand a message (${cause})`))
  worker.on("error", (cause) => onEnd(String(cause)))
  worker.on("exit", (code) => onEnd(`it exited with ${code}`))
  worker.unref()
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    keepAlive: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
    end: async () => {
      await worker.terminate()
    }
  }
}

const startInBrowser = <To, From>(
  { inBrowser }: ThreadSource,
  { onMessage, onEnd }: ThreadListener<From>
): StartedThread<To> => {
  const worker = inBrowser(browser)
  worker.addEventListener("message", ({ data }) => onMessage(data as From))
  worker.addEventListener("messageerror", () => onEnd("it did not understand a message"))
  worker.addEventListener("error", ({ message }) => onEnd(message ?? "it could not be loaded"))
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    keepAlive: () => undefined,
    end: async () => worker.terminate()
  }
}

/** In a thread that was started so: its starter. */
export const parentOf = <To, From>(): Parent<To, From> => {
  const port = nodeThreads()?.parentPort
  if (port) {
    return {
      listen: (onMessage) => port.on("message", onMessage),
      post: (message, moved = []) => port.postMessage(message, moved),
      close: () => port.close()
    }
  }
  return {
    listen: (onMessage) => browser.addEventListener("message", ({ data }) => onMessage(data as To)),
    post: (message, moved = []) => browser.postMessage(message, moved),
    close: () => browser.close()
  }
}
