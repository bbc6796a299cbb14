import { join } from "node:path"
import * as Cpu from "@residual/backends/cpu"
import * as Reference from "@residual/backends/reference"
import * as WebGpu from "@residual/backends/webgpu"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { buildPage } from "../browser/buildPage.ts"
import { findChromium } from "../browser/findChromium.ts"
import type { PageResult } from "../browser/page/pageResult.ts"
import { promised } from "../browser/page/promised.ts"
import { training } from "../browser/page/training.ts"
import { type PageServer, servePage } from "../browser/servePage.ts"
import { visit } from "../browser/visit.ts"
import { root } from "../run.ts"
import { findAdapter } from "../webgpu/findAdapter.ts"

const chromium = findChromium()
const adapter = await findAdapter()

// Where there is none, `npm test` says that these did not run.
describe.runIf(chromium !== undefined)("in a page", () => {
  const folder = join(root, ".cache", "browser")
  let server: PageServer | undefined

  beforeAll(async () => {
    await buildPage("page", folder)
    server = await servePage(folder)
  })
  afterAll(() => server?.close())

  /** What a page that is served so posts, and which programs of workers it asked for. */
  const visited = async (
    policy: string,
    query = ""
  ): Promise<{ readonly result: PageResult; readonly workers: ReadonlyArray<string> }> => {
    const { addressOf, result, taken } = server as PageServer
    taken()
    const posted = (await visit(chromium as string, `${addressOf(policy)}${query}`, result(), 60_000)) as PageResult
    return { result: posted, workers: taken().filter((file) => file.includes("worker")) }
  }

  const losses = Effect.runSync(training.pipe(Effect.provide(Reference.layer())))

  const holds = ({ error, found, laws }: PageResult): void => {
    expect(error).toBeUndefined()
    expect(found?.defects).toEqual([])
    expect(laws).toBeGreaterThan(20)
    expect(found?.losses).toHaveLength(losses.length)
    found?.losses.forEach((loss, at) => {
      expect(Math.abs(loss - (losses[at] as number))).toBeLessThan(1e-5 * (losses[at] as number))
    })
  }

  const leavesPageFree = ({ found }: PageResult): void => {
    expect(found?.step?.milliseconds).toBeGreaterThan(50)
    expect(found?.step?.ticks).toBeGreaterThan(3)
  }

  it("the CPU backend computes on threads where the page is isolated, and leaves the page free", async () => {
    const { result, workers } = await visited("isolated")
    holds(result)
    leavesPageFree(result)
    expect(result.isIsolated).toBe(true)
    expect(new Set(workers).size).toBe(2)
    // Another engine on the same machine, and the same bits.
    const inNode = training.pipe(Effect.provide(Cpu.layer({ threads: 2, shareFrom: 0 })))
    expect(result.found?.losses).toEqual(await Effect.runPromise(inNode))
    expect(result.found?.promised).toHaveLength(10)
    expect(result.found?.promised).toEqual(await promised())
  })

  it("the CPU backend computes on one thread where it is not", async () => {
    const { result, workers } = await visited("plain")
    holds(result)
    leavesPageFree(result)
    expect(result.isIsolated).toBe(false)
    expect(new Set(workers).size).toBe(1)
  })

  it("the CPU backend says so where the page's policy forbids WebAssembly", async () => {
    const { result } = await visited("withoutWebAssembly")
    expect(result.error?.tag).toBe("CompileFailure")
    expect(result.error?.message).toMatch(/^WebAssembly: .*Content Security Policy/s)
  })

  it("the CPU backend says so where the page's policy forbids workers", async () => {
    const { result } = await visited("withoutWorkers")
    expect(result.error?.tag).toBe("DeviceLost")
    expect(result.error?.message).toMatch(/^cpu is lost: .*worker/)
  })

  it("the WebGPU backend computes on the page's adapter, whatever the page is served with", async () => {
    const { result, workers } = await visited("withoutWebAssembly", "?webgpu")
    holds(result)
    expect(result.adapter).toBe("google swiftshader")
    expect(workers).toEqual([])
    if (adapter.name?.includes("swiftshader") !== true) return
    // Another build of the same driver, and the same bits.
    const inNode = training.pipe(Effect.provide(WebGpu.layer()))
    expect(result.found?.losses).toEqual(await Effect.runPromise(inNode))
  })
})
