import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { driverEnvironment } from "../webgpu/driverEnvironment.ts"
import { findAdapter } from "../webgpu/findAdapter.ts"
import { swiftshader } from "../webgpu/swiftshader.ts"
import { filesOfTar } from "../webgpu/tar.ts"

describe("a tar archive", () => {
  /** An entry as tar writes it, but for the checksum, which is not read. */
  const entry = (name: string, type: string, content: string): string => {
    const size = content.length.toString(8).padStart(11, "0").padEnd(32, "\0")
    const blocks = 512 * Math.ceil(content.length / 512)
    return (name.padEnd(124, "\0") + size + type).padEnd(512, "\0") + content.padEnd(blocks, "\0")
  }

  it("is read file by file", () => {
    const text = `${entry("a", "0", "x".repeat(512))}${entry("folder", "5", "")}${entry("b.json", "0", "{}")}`
    const files = filesOfTar(new TextEncoder().encode(text + "\0".repeat(1024)))
    const contents = [...files].map(([name, content]) => [name, new TextDecoder().decode(content)])
    expect(contents).toEqual([
      ["a", "x".repeat(512)],
      ["b.json", "{}"]
    ])
  })
})

describe("the driver of tests", () => {
  const software = swiftshader()

  it("is the machine's own where that is asked for", () => {
    expect(driverEnvironment({ RESIDUAL_GPU: "native", VK_DRIVER_FILES: "/own.json" })).toEqual({})
  })

  it.runIf(software !== undefined)("is the chosen one, or else SwiftShader, with a loader in front of others", () => {
    const { VK_DRIVER_FILES: driver = "", LD_LIBRARY_PATH: path = "" } = driverEnvironment({ LD_LIBRARY_PATH: "/own" })
    expect(existsSync(join(dirname(driver), "libvk_swiftshader.so"))).toBe(true)
    const [loader = "", ...rest] = path.split(":")
    expect(existsSync(join(loader, "libvulkan.so.1"))).toBe(true)
    expect(rest).toEqual(["/own"])
    const chosen = { VK_DRIVER_FILES: "/own.json" }
    expect(driverEnvironment(chosen)).toEqual({ ...chosen, LD_LIBRARY_PATH: loader })
  })

  it.runIf(software !== undefined && process.env.VK_DRIVER_FILES === software.driver)(
    "is that of the processes that tests start",
    async () => {
      expect((await findAdapter()).name).toMatch(/swiftshader/i)
    }
  )
})
