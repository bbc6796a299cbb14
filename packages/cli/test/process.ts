import { type SpawnOptions, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The program of the command. */
export const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Sends a process a signal. */
export type Signal = (name: NodeJS.Signals) => void

/** Is told of everything on stdout so far. */
export type OnOutput = (stdout: string, signal: Signal) => void

/** Starts a program as a process of its own. */
export const start = (
  program: string,
  args: ReadonlyArray<string>,
  { onOutput = () => {}, ...options }: SpawnOptions & { readonly onOutput?: OnOutput | undefined } = {}
): { readonly signal: Signal; readonly ended: Promise<Ended> } => {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options })
  const signal: Signal = (name) => child.kill(name)
  const ended = new Promise<Ended>((resolve, reject) => {
    let [stdout, stderr] = ["", ""]
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      onOutput(stdout, signal)
    })
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })
  return { signal, ended }
}

/** Runs `residual` as a process of its own. */
export const residual = (
  args: ReadonlyArray<string>,
  onOutput?: OnOutput,
  env: NodeJS.ProcessEnv = process.env
): Promise<Ended> => start(process.execPath, [main, ...args], { onOutput, env }).ended

/** A fixture's path. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../testing/fixtures/${name}`, import.meta.url))
