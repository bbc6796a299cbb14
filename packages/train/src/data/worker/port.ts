import type { Answer, Question } from "./message.ts"

/** A worker thread of Node, as far as it is used: its `Worker` is one. */
export interface NodeWorker {
  readonly on: (event: "message" | "messageerror" | "error" | "exit", listener: (value: unknown) => void) => unknown
  readonly postMessage: (message: unknown, moved: Array<ArrayBuffer>) => void
  readonly terminate: () => Promise<unknown>
}

/** A worker of a browser, as far as it is used: its `Worker` is one. */
export interface BrowserWorker {
  readonly addEventListener: (type: "message" | "messageerror" | "error", listener: (event: object) => void) => void
  readonly postMessage: (message: unknown, moved: Array<ArrayBuffer>) => void
  readonly terminate: () => void
}

/** What is told of a worker. */
export interface PortListener {
  readonly onAnswer: (answer: Answer) => void
  /** It will answer nothing more: why. */
  readonly onEnd: (reason: string) => void
}

/** A worker of either kind. */
export interface Port {
  readonly ask: (question: Question, moved: ReadonlyArray<ArrayBuffer>) => void
  /** Ends it, wherever it is. */
  readonly end: () => Promise<unknown>
}

const unread = "it sent what cannot be read"
const foreign =
  "it sent what is no answer: its module is to call `answer` of @residual/train/worker, and post nothing itself"

const isAnswer = (message: unknown): message is Answer =>
  typeof message === "object" && message !== null && "number" in message && ("value" in message || "reason" in message)

/** A worker that was started, behind one interface. */
export const portTo = (worker: NodeWorker | BrowserWorker, { onAnswer, onEnd }: PortListener): Port => {
  const onMessage = (message: unknown): void => (isAnswer(message) ? onAnswer(message) : onEnd(foreign))
  if ("on" in worker) {
    worker.on("message", onMessage)
    worker.on("messageerror", () => onEnd(unread))
    worker.on("error", (cause) => onEnd(cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", (code) => onEnd(`it exited with ${code}`))
  } else {
    worker.addEventListener("message", (event) => onMessage((event as { readonly data: unknown }).data))
    worker.addEventListener("messageerror", () => onEnd(unread))
    worker.addEventListener("error", (event) => {
      const { message } = event as { readonly message?: string }
      onEnd(message === undefined || message === "" ? "it could not be loaded" : message)
    })
  }
  return {
    ask: (question, moved) => worker.postMessage(question, [...moved]),
    end: async () => worker.terminate()
  }
}
