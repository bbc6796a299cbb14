import { swiftshader } from "./swiftshader.ts"

/**
 * The variables that say which Vulkan driver a process has, and where it finds a Vulkan loader. The linker reads the
 * latter when a process starts: they count for processes that are started with them.
 */
export interface DriverEnvironment {
  readonly VK_DRIVER_FILES?: string
  readonly LD_LIBRARY_PATH?: string
}

/** The variables for a driver and for the folder of a loader, in front of the folders that `env` names. */
export const environmentOf = (driver: string, loader: string, env = process.env): DriverEnvironment => {
  const { LD_LIBRARY_PATH: path } = env
  return { VK_DRIVER_FILES: driver, LD_LIBRARY_PATH: path === undefined || path === "" ? loader : `${loader}:${path}` }
}

/**
 * What processes are started with that test on WebGPU: the driver that VK_DRIVER_FILES names, or else SwiftShader, the
 * same on every machine that can have it. Nothing changes where RESIDUAL_GPU=native asks for the machine's own, and on
 * machines that cannot have SwiftShader.
 */
export const driverEnvironment = (env = process.env): DriverEnvironment => {
  const software = env.RESIDUAL_GPU === "native" ? undefined : swiftshader()
  return software === undefined ? {} : environmentOf(env.VK_DRIVER_FILES ?? software.driver, software.loader, env)
}
