import type { Answer, Question } from "./message.ts"

/** How results are sent. */
export interface AnswerOptions<B> {
  /** Memory of a result that is moved to the stream, and not copied: none by default. */
  readonly moved?: (result: B) => ReadonlyArray<ArrayBuffer>
}

/** The way to the thread that started this one. */
interface Parent {
  readonly listen: (onQuestion: (question: Question) => void) => void
  readonly post: (answer: Answer, moved: ReadonlyArray<ArrayBuffer>) => void
}

/** The little that is used of a browser worker's global scope. */
interface WorkerScope {
  readonly WorkerGlobalScope?: unknown
  readonly addEventListener: (type: "message", listener: (event: { readonly data: Question }) => void) => void
  readonly postMessage: (message: Answer, moved: ReadonlyArray<ArrayBuffer>) => void
}

const findParent = (): Parent => {
  // Node's module is asked for at run time, so that bundlers for browsers never see it.
  const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort
  if (port) {
    return {
      listen: (onQuestion) => port.on("message", onQuestion),
      post: (answer, moved) => port.postMessage(answer, moved)
    }
  }
  const scope = globalThis as unknown as WorkerScope
  if (scope.WorkerGlobalScope === undefined) throw new Error("answer is for modules that a worker runs")
  return {
    listen: (onQuestion) => scope.addEventListener("message", ({ data }) => onQuestion(data)),
    post: (answer, moved) => scope.postMessage(answer, moved)
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/**
 * In a module that workers run: answers each value that `mapInWorkers` sends with what a function makes of it. What the
 * function throws fails the stream. Values and results are data, as `postMessage` sends them. Throws an `Error` outside of
 * workers.
 *
 * ```ts no-run
 * import { answer } from "@residual/train/worker"
 * answer((line: string) => Float32Array.from(line.split(" "), Number), { moved: ({ buffer }) => [buffer] })
 * ```
 */
export const answer = <A, B>(
  f: (value: A) => B | Promise<B>,
  { moved = () => [] }: AnswerOptions<Awaited<B>> = {}
): void => {
  const parent = findParent()
  parent.listen(async ({ number, value }) => {
    try {
      const made = await f(value as A)
      parent.post({ number, value: made }, moved(made))
    } catch (cause) {
      parent.post({ number, reason: reasonOf(cause) }, [])
    }
  })
}
