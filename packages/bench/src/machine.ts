import { arch, cpus, platform, release, totalmem } from "node:os"

/** What the numbers were measured on. */
export const machine = () => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  processors: cpus().length,
  memory: totalmem(),
  system: `${platform()} ${release()} ${arch()}`,
  node: process.version,
  v8: process.versions.v8
})
