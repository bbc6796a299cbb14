import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import type { IdentityDifference } from "@residual/backends"
import type { Task } from "./trainWithCheckpoints.ts"

/** How a process ends before its run does: so long after it has told so many events, or at an operation on files. */
export type Death =
  | { readonly at: "event"; readonly count: number; readonly milliseconds: number }
  | ({ readonly at: "operation" } & NonNullable<Task["dies"]>)

/** What came of one process. */
export interface Life {
  /** What it told of the run, without times, by what it is of: its kind and step. */
  readonly told: ReadonlyMap<string, string>
  /** The step that it went on from, and the last one that it told to be saved; 0 for none. */
  readonly from: number
  readonly saved: number
  /** In what its device differed from the one of before. */
  readonly differences: ReadonlyArray<IdentityDifference>
  readonly wasKilled: boolean
}

const program = new URL("./trainWithCheckpoints.ts", import.meta.url).pathname

/** Lets a process train, until its death where there is one. Fails for a process that ends in any other way. */
export const live = async (task: Task, death?: Death): Promise<Life> => {
  const given: Task = death?.at === "operation" ? { ...task, dies: death } : task
  const child = spawn(process.execPath, [program, JSON.stringify(given)], { stdio: ["ignore", "pipe", "pipe"] })
  const ended = once(child, "close")
  const errors: Array<string> = []
  child.stderr.on("data", (chunk) => errors.push(String(chunk)))
  const told = new Map<string, string>()
  let life: Omit<Life, "told" | "wasKilled"> = { from: 0, saved: 0, differences: [] }
  let count = 0
  const killWhereDue = async () => {
    if (death?.at !== "event" || death.count !== count) return
    await sleep(death.milliseconds)
    child.kill("SIGKILL")
  }
  const hear = (line: string) => {
    const { seconds: _, ...event } = JSON.parse(line)
    if (event.event === "opened") life = { ...life, differences: event.differences }
    else if (event.event === "started") life = { ...life, from: event.from }
    else if (event.event === "saved") life = { ...life, saved: event.step }
    else told.set(`${event.event} ${event.step ?? event.steps}`, JSON.stringify(event))
    count++
    void killWhereDue()
  }
  let rest = ""
  child.stdout.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n")
    // What a process has begun to tell where it is killed is no event.
    rest = lines.pop() as string
    for (const line of lines) hear(line)
  })
  void killWhereDue()
  const [code, signal] = await ended
  const wasKilled = signal === "SIGKILL"
  if (!wasKilled && code !== 0) throw new Error(`the process ended with ${code ?? signal}:\n${errors.join("")}`)
  return { ...life, told, wasKilled }
}
