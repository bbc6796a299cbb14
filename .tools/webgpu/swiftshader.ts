import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { root } from "../run.ts"
import { filesOfTar } from "./tar.ts"
import { writeInPlace } from "./writeInPlace.ts"

/** A build of Chromium for Linux on x64, which brings SwiftShader and a Vulkan loader of its own. */
const chromium = join(root, "node_modules", "@sparticuz", "chromium")
const names = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"]

/** Where SwiftShader, which is a Vulkan driver on the processor, has been unpacked. */
export interface Swiftshader {
  /** The driver, as VK_DRIVER_FILES names it. */
  readonly driver: string
  /** The folder of a Vulkan loader. */
  readonly loader: string
}

const sizesIn = (folder: string): Readonly<Record<string, number>> => {
  const path = join(folder, "sizes.json")
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {}
}

const isWhole = (folder: string): boolean => {
  const sizes = sizesIn(folder)
  return names.every((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size === (sizes[name] ?? -1))
}

const unpack = (folder: string): void => {
  const files = filesOfTar(brotliDecompressSync(readFileSync(join(chromium, "bin", "swiftshader.tar.br"))))
  mkdirSync(folder, { recursive: true })
  const sizes = names.map((name) => {
    const content = files.get(name)
    if (content === undefined) throw new Error(`@sparticuz/chromium has no ${name}`)
    writeInPlace(join(folder, name), content)
    return [name, content.length] as const
  })
  writeInPlace(join(folder, "sizes.json"), JSON.stringify(Object.fromEntries(sizes)))
}

/** SwiftShader, unpacked where it is not yet; nothing on machines for which there is none. */
export const swiftshader = (): Swiftshader | undefined => {
  if (process.platform !== "linux" || process.arch !== "x64" || !existsSync(chromium)) return undefined
  const { version } = JSON.parse(readFileSync(join(chromium, "package.json"), "utf8"))
  const folder = join(root, ".cache", "swiftshader", version)
  if (!isWhole(folder)) unpack(folder)
  return { driver: join(folder, "vk_swiftshader_icd.json"), loader: folder }
}
