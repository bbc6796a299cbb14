import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Where the browser is: what CHROMIUM says, or a `chromium` on the path. */
export const findChromium = (): string | undefined => {
  const { CHROMIUM: given, PATH: path = "" } = process.env
  const candidates = given === undefined ? path.split(delimiter).map((folder) => join(folder, "chromium")) : [given]
  return candidates.find(isProgram)
}
