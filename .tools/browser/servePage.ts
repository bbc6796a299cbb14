import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join, normalize } from "node:path"

/** The headers that a page and its workers are served with, by the first part of their path. */
const policies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  isolated: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  plain: {},
  withoutWebAssembly: { "Content-Security-Policy": "script-src 'self'" },
  withoutWorkers: { "Content-Security-Policy": "worker-src 'none'" }
}

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" }

/** A server of a built page, which the page posts its result to. */
export interface PageServer {
  readonly addressOf: (policy: string) => string
  /** What a page posts next. */
  readonly result: () => Promise<unknown>
  /** The files that were asked for since the last call. */
  readonly taken: () => ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

/** Serves the files of a folder, under the path of each policy. */
export const servePage = async (folder: string): Promise<PageServer> => {
  let taken: Array<string> = []
  let receive: (result: unknown) => void = () => undefined
  const server = createServer(async (request, response) => {
    const [, policy = "", ...rest] = new URL(request.url ?? "/", "http://localhost").pathname.split("/")
    const file = rest.join("/") || "index.html"
    const headers = policies[policy]
    if (headers === undefined) {
      response.writeHead(404).end()
    } else if (request.method === "POST") {
      receive(JSON.parse(await bodyOf(request)))
      response.writeHead(204, headers).end()
    } else {
      taken.push(file)
      try {
        const content = await readFile(join(folder, normalize(`/${file}`)))
        response.writeHead(200, { ...headers, "Content-Type": types[extname(file)] ?? "application/octet-stream" })
        response.end(content)
      } catch {
        response.writeHead(404, headers).end()
      }
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    addressOf: (policy) => `http://127.0.0.1:${port}/${policy}/`,
    result: () =>
      new Promise((resolve) => {
        receive = resolve
      }),
    taken: () => {
      const files = taken
      taken = []
      return files
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
