// What a worker thread runs: it receives messages, and serves between them. It is started by startThread.ts.

import type { Memory } from "../webassembly.ts"
import { instantiate, type Run } from "./instantiate.ts"
import { controlWords, lineOf, own } from "./layout.ts"
import type { FromWorker, SentProgram, ToWorker } from "./message.ts"
import { type Station, serve } from "./serve.ts"
import { parentOf } from "./threadEngine.ts"
import { wakeCaller } from "./waitUntil.ts"

const parent = parentOf<ToWorker, FromWorker>()
const programs = new Map<number, Run>()
let memory: Memory | undefined
let station: Station | undefined

const load = ({ number, module }: SentProgram): void => {
  try {
    if (memory === undefined) throw new Error("the worker has not been started")
    programs.set(number, instantiate(module, memory))
    parent.post({ kind: "loaded", number })
  } catch (cause) {
    parent.post({ kind: "loaded", number, reason: String(cause) })
  }
}

const start = (message: ToWorker & { readonly kind: "start" }): void => {
  memory = message.memory
  const words = new Int32Array(memory.buffer, message.control, controlWords(message.threads))
  for (const program of message.programs) load(program)
  const claimAt = lineOf(message.thread) + own.claim
  if (Atomics.compareExchange(words, claimAt, message.starting, message.ready) !== message.starting) {
    parent.close()
    return
  }
  wakeCaller(words, claimAt)
  const { thread, ready: claim, job, mail } = message
  station = { words, thread, programs, claim, job, mail }
  resume(station)
}

const resume = (at: Station): void => {
  if (!serve(at)) parent.close()
}

parent.listen((message) => {
  if (message.kind === "start") start(message)
  else if (message.kind === "load") load(message.program)
  else if (message.kind === "unload") programs.delete(message.number)
  else if (station !== undefined) {
    station.mail++
    resume(station)
  }
})
