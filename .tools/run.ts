import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The repository's top folder. */
export const root = fileURLToPath(new URL("..", import.meta.url))

/** How a program ended, with everything it printed where that was captured. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  /** stdout and stderr, as they came. */
  readonly output: string
}

/**
 * Runs a program to its end. `inherit` shows its output as it comes; otherwise the output is captured. A program ended
 * by a signal counts as failed, with the shell's code for it.
 */
export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly inherit?: boolean } = {}
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: options.inherit === true ? "inherit" : ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32" && /^np[mx]$/.test(command)
    })
    const chunks: Array<Buffer> = []
    const stdout: Array<Buffer> = []
    child.stdout?.on("data", (chunk: Buffer) => {
      stdout.push(chunk)
      chunks.push(chunk)
    })
    child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk))
    const stop = () => {
      child.kill("SIGTERM")
      process.exit(130)
    }
    process.once("SIGINT", stop).once("SIGTERM", stop)
    child.on("error", reject)
    child.on("close", (code, signal) => {
      process.off("SIGINT", stop).off("SIGTERM", stop)
      resolve({
        code: signal === null ? (code ?? 1) : 130,
        stdout: Buffer.concat(stdout).toString("utf8"),
        output: Buffer.concat(chunks).toString("utf8")
      })
    })
  })

/** Runs a JavaScript or TypeScript program of this repository under the Node that runs this one. */
export const runNode = (
  program: string,
  args: ReadonlyArray<string>,
  options: Parameters<typeof run>[2] = {}
): Promise<Ended> => run(process.execPath, [program, ...args], options)
