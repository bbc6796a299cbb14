import { existsSync } from "node:fs"
import { join } from "node:path"

/** Where Debian's Chromium has SwiftShader, a Vulkan driver on processors, and a Vulkan loader. */
const folder = "/usr/lib/chromium"

/**
 * The environment in which Node has the adapter that Chromium has, SwiftShader; a driver that VK_DRIVER_FILES names
 * already stays, and so does the machine's own where that one is not there.
 */
export const softwareDriver = (): Readonly<Record<string, string>> => {
  const driver = join(folder, "vk_swiftshader_icd.json")
  if (process.env["VK_DRIVER_FILES"] !== undefined || !existsSync(driver)) return {}
  const { LD_LIBRARY_PATH: path } = process.env
  return { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: path === undefined || path === "" ? folder : `${folder}:${path}` }
}
