import { join } from "node:path"
import { chromium, type Page } from "playwright-core"
import { build, preview } from "vite"
import { root } from "../../../.tools/run.ts"

/** The page as it is built and served. */
export interface Playground {
  readonly address: string
  readonly close: () => Promise<void>
}

/** A browser in which the page opens, each time in a context of its own. */
export interface Visitor {
  /** What the page throws and what it logs as errors is kept. A function runs in it before anything else does. */
  readonly open: (address: string, prepare?: () => void) => Promise<OpenPage>
  /** Ends the process that all devices of WebGPU are in; the browser starts another. */
  readonly crashGpu: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A page that is open, and the errors that it has not shown. */
export interface OpenPage {
  readonly page: Page
  readonly errors: ReadonlyArray<string>
}

const configFile = join(root, "packages", "playground", "vite.config.ts")
const outDir = join(root, ".cache", "playground")

/** Without them there is no adapter on a machine that has no GPU. */
const webGpuFlags = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]

const flags = [
  // A container's root has no sandbox; the page is this repository's own.
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** Builds the page, and serves it as `npm run playground` does. */
export const servePlayground = async (): Promise<Playground> => {
  await build({ configFile, logLevel: "error", build: { outDir } })
  const server = await preview({
    configFile,
    logLevel: "error",
    build: { outDir },
    preview: { host: "127.0.0.1", port: 0, open: false }
  })
  return { address: server.resolvedUrls?.local[0] as string, close: () => server.close() }
}

/** Starts a browser, with an adapter for WebGPU or without. */
export const startBrowser = async (executablePath: string, hasAdapter = true): Promise<Visitor> => {
  // The driver of the tests in Node is not the browser's, which brings its own.
  const { VK_DRIVER_FILES: _, ...variables } = process.env
  const env = Object.fromEntries(Object.entries(variables).flatMap(([name, value = ""]) => [[name, value]]))
  const args = hasAdapter ? [...webGpuFlags, ...flags] : flags
  const browser = await chromium.launch({ executablePath, args, env })
  return {
    open: async (address, prepare) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } })
      if (prepare !== undefined) await context.addInitScript(prepare)
      const page = await context.newPage()
      const errors: Array<string> = []
      page.on("pageerror", ({ message }) => errors.push(message))
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text())
      })
      await page.goto(address)
      return { page, errors }
    },
    crashGpu: async () => {
      const session = await browser.newBrowserCDPSession()
      await session.send("Browser.crashGpuProcess")
    },
    close: () => browser.close()
  }
}
