import { spawn } from "node:child_process"
import { Data, Effect } from "effect"
import type { Command } from "./system.ts"

/** A process that did not do what it was started for. */
export class ProcessFailure extends Data.TaggedError("ProcessFailure")<{
  readonly program: string
  readonly reason: string
}> {
  override get message(): string {
    return `${this.program}: ${this.reason}`
  }
}

/** A command, the folder that it runs in, and the variables of the environment that it is not given. */
export interface ProcessOptions extends Command {
  readonly folder?: string
  readonly without?: (name: string) => boolean
}

/** The line of a process's complaint that says most: the error, where one is named, or else the last one. */
const complaint = (stderr: string): string | undefined => {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "")
  return (lines.findLast((line) => /^\s*[\w.]*(Error|Failure|Exception)\b.*:/.test(line)) ?? lines.at(-1))?.trim()
}

/** Runs a process to its end, and gives what it wrote to stdout. An interruption ends the process. */
export const runProcess = (options: ProcessOptions): Effect.Effect<string, ProcessFailure> =>
  Effect.callback((resume) => {
    const { program, args, folder, environment, without = () => false } = options
    const inherited = Object.entries(process.env).filter(([name]) => !without(name))
    const child = spawn(program, args, {
      ...(folder === undefined ? {} : { cwd: folder }),
      env: { ...Object.fromEntries(inherited), ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32" && program === "npm"
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    const fail = (reason: string) => resume(Effect.fail(new ProcessFailure({ program, reason })))
    child.on("error", ({ message }) => fail(message))
    child.on("close", (code, signal) => {
      if (code === 0) resume(Effect.succeed(stdout))
      else fail(complaint(stderr) ?? `ended with ${signal ?? code}`)
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })
