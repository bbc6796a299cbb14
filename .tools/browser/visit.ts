import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Opens a page in a browser of its own, until something has come of it, and no longer than so many milliseconds. */
export const visit = async <Result>(
  chromium: string,
  address: string,
  result: Promise<Result>,
  milliseconds: number
): Promise<Result> => {
  const profile = mkdtempSync(join(tmpdir(), "residual-browser-"))
  // Another driver than its own leaves the browser without any.
  const { VK_DRIVER_FILES: _, ...env } = process.env
  const browser = spawn(
    chromium,
    [
      "--headless",
      // A container's root has no sandbox; the page is this repository's own.
      "--no-sandbox",
      "--disable-gpu",
      // WebGPU by SwiftShader, which Chromium brings: the same on every machine. By itself it offers that to no page.
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--enable-logging=stderr",
      `--user-data-dir=${profile}`,
      address
    ],
    { env, stdio: ["ignore", "ignore", "pipe"] }
  )
  let said = ""
  browser.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-4000)
  })
  const ended = new Promise<string>((resolve) => {
    browser.on("error", (cause) => resolve(String(cause)))
    browser.on("close", (code) => resolve(`the browser has ended with ${code}`))
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, milliseconds, `nothing within ${milliseconds} ms`)
  })
  try {
    return await Promise.race([
      result,
      Promise.race([ended, late]).then((reason) => {
        throw new Error(`${address}: ${reason}\n${said}`)
      })
    ])
  } finally {
    clearTimeout(timer)
    browser.kill("SIGKILL")
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
