// A process that measures one case with one system, in a page of a browser of its own.
import { extname, join, normalize } from "node:path"
import { chromium } from "playwright-core"
import type { Reply } from "../../measuring/reply.ts"
import type { ChromiumRequest } from "./chromiumRequest.ts"

const { chromium: program, folder, ...request }: ChromiumRequest = JSON.parse(process.argv[2] ?? "")

/** Nobody listens there: what a page asks for is answered from the folder. */
const origin = "http://localhost/"

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".html": "text/html" }

/** They let a page read a clock of microseconds. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }

// It brings a driver of its own, for which another one's loader is no good.
const { VK_DRIVER_FILES: _driver, LD_LIBRARY_PATH: _loader, ...environment } = process.env

const browser = await chromium.launch({
  env: environment,
  executablePath: program,
  args: [
    // A container's root has no sandbox; what runs in the page is known.
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync"
  ]
})
/** Loads the page, and has it measure. */
const measured = async (): Promise<Reply> => {
  const page = await browser.newPage()
  await page.route(`${origin}**`, (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === "/") return route.fulfill({ headers, contentType: "text/html", body: "<!doctype html>" })
    const contentType = types[extname(pathname)] ?? "application/octet-stream"
    return route.fulfill({ path: join(folder, normalize(pathname)), headers, contentType })
  })
  // What goes wrong beside the measurement is no less wrong.
  const failed = new Promise<never>((_, reject) => {
    page.on("crash", () => reject(new Error("the page has crashed")))
    page.on("pageerror", reject)
  })
  await page.goto(origin)
  const reply = page.evaluate(async ({ script, request }): Promise<Reply> => (await import(script)).measure(request), {
    script: `${origin}page.js`,
    request
  })
  return await Promise.race([reply, failed])
}

try {
  const reply = await measured()
  await browser.close()
  process.stdout.write(`${JSON.stringify(reply)}\n`, () => process.exit(0))
} catch (error) {
  await browser.close()
  const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n")
  process.stderr.write(`Error: ${reason.replace(/^page\.evaluate: (Error: )?/, "")}\n`, () => process.exit(1))
}
