import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { root } from "../run.ts"
import { environmentOf } from "./driverEnvironment.ts"
import { swiftshader } from "./swiftshader.ts"

/** Where `installLavapipe.ts` puts it. */
export const lavapipeFolder = join(root, ".cache", "lavapipe")

/**
 * How wide lavapipe's vectors can be, in bits: a subgroup has an invocation for every 32. Its subgroups are of other sizes
 * than SwiftShader's, which are of 4, and than most GPUs', and it has floats of 16 bits.
 */
export const vectorWidths = [128, 256, 512] as const

/** The width of lavapipe's vectors. */
export type VectorWidth = (typeof vectorWidths)[number]

/** Lavapipe's driver: what RESIDUAL_LAVAPIPE names, or the one that has been installed here. */
export const findLavapipe = (): string | undefined => {
  const { RESIDUAL_LAVAPIPE: given } = process.env
  const driver = given ?? join(lavapipeFolder, "lvp_icd.json")
  return existsSync(driver) ? driver : undefined
}

/** What a process is started with that computes with lavapipe. Code that it has compiled is kept, for each width apart. */
export const lavapipeEnvironment = (driver: string, width: VectorWidth): NodeJS.ProcessEnv => {
  const shaders = join(root, ".cache", "mesa", String(width))
  mkdirSync(shaders, { recursive: true })
  const loader = swiftshader()?.loader
  return {
    ...(loader === undefined ? { VK_DRIVER_FILES: driver } : environmentOf(driver, loader)),
    LP_NATIVE_VECTOR_WIDTH: String(width),
    MESA_SHADER_CACHE_DIR: shaders,
    // Without it the driver complains of a display that it does not need.
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? shaders
  }
}
