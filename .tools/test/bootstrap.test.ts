import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { afterAll, expect, test } from "vitest"
import { root, run } from "../run.ts"

mkdirSync(join(root, ".cache"), { recursive: true })
const folder = mkdtempSync(join(root, ".cache", "bootstrap-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bootstrapped = (name: string, program: string): ReadonlyArray<string> => {
  const file = join(folder, `${name}.ts`)
  writeFileSync(file, program)
  return [join(root, ".tools/bootstrap.js"), relative(root, file)]
}

test("a program runs under the pinned Node, with its arguments, and its stdout alone", async () => {
  const args = bootstrapped("says", 'process.stdout.write(process.version + process.argv.slice(2).join("|"))')
  const { code, stdout } = await run(process.execPath, [...args, "a b", "--flag"])
  expect({ code, stdout }).toEqual({ code: 0, stdout: "v24.21.0a b|--flag" })
})

test("the exit code comes back", async () => {
  const { code } = await run(process.execPath, bootstrapped("fails", "process.exit(42)"))
  expect(code).toBe(42)
})

const interrupted = (args: ReadonlyArray<string>, signal: NodeJS.Signals) =>
  new Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stdout: string }>(
    (resolve) => {
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
      let stdout = ""
      child.stdout.on("data", (chunk: Buffer) => {
        if (stdout === "") child.kill(signal)
        stdout += chunk.toString("utf8")
      })
      child.on("close", (code, ended) => resolve({ code, signal: ended, stdout }))
    }
  )

test("an interrupt reaches the program once, and the code it then chooses comes back", async () => {
  const program = `
    const alive = setInterval(() => {}, 1000)
    process.on("SIGINT", () => {
      process.stdout.write("interrupted ")
      clearInterval(alive)
      setTimeout(() => process.exit(9), 100)
    })
    process.stdout.write("ready ")`
  expect(await interrupted(bootstrapped("traps", program), "SIGINT")).toEqual({
    code: 9,
    signal: null,
    stdout: "ready interrupted "
  })
})

test("a program ended by a signal ends the caller by the same signal", async () => {
  const program = 'process.stdout.write("ready"); setInterval(() => {}, 1000)'
  const { signal } = await interrupted(bootstrapped("dies", program), "SIGTERM")
  expect(signal).toBe("SIGTERM")
})
