import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { Effect } from "effect"
import type { Case } from "../../cases/caseList.ts"
import { ProcessFailure } from "../../systems/runProcess.ts"
import type { Command, System } from "../../systems/system.ts"
import type { ChromiumRequest } from "../chromium/chromiumRequest.ts"
import { findChromium } from "../chromium/findChromium.ts"
import type { GpuRequest } from "../measuring/gpuRequest.ts"
import type { NodeRequest } from "../node/nodeRequest.ts"
import { softwareDriver } from "../node/softwareDriver.ts"
import type { GpuModule } from "./gpuModules.ts"
import { type HostName, hostTitles } from "./hosts.ts"

const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const built = (module: GpuModule): Effect.Effect<string, ProcessFailure> =>
  Effect.tryPromise({
    try: async () => {
      const { buildPage } = await import("../chromium/buildPage.ts")
      return await buildPage(module.name.toLowerCase().replaceAll(/[^a-z]+/g, "-"), module.path)
    },
    catch: (cause) => new ProcessFailure({ program: "vite", reason: String(cause) })
  })

const inChromium = (module: GpuModule): Effect.Effect<System["command"], ProcessFailure> =>
  Effect.gen(function* () {
    const chromium = findChromium()
    if (chromium === undefined) {
      const reason = "there is no `chromium` on the path, and CHROMIUM names none"
      return yield* Effect.fail(new ProcessFailure({ program: "chromium", reason }))
    }
    const folder = yield* built(module)
    return (request): Command => {
      const whole: ChromiumRequest = { ...request, chromium, folder }
      return { program: process.execPath, args: [script("../chromium/child.ts"), JSON.stringify(whole)] }
    }
  })

const inNode = (module: GpuModule): Effect.Effect<System["command"], ProcessFailure> =>
  Effect.gen(function* () {
    // Others are made for pages, and their packages can be imported from nowhere here.
    const path = module.own ? module.path : join(yield* built(module), "page.js")
    return (request): Command => {
      const whole: NodeRequest = { ...request, module: pathToFileURL(path).href, likePage: !module.own }
      return {
        program: process.execPath,
        args: [script("../node/child.ts"), JSON.stringify(whole)],
        environment: softwareDriver()
      }
    }
  })

const hosts: Readonly<
  Record<HostName, (module: GpuModule) => Effect.Effect<(request: GpuRequest) => Command, ProcessFailure>>
> = { chromium: inChromium, node: inNode }

/** Cases that are made of steps; other frameworks decode with nothing compiled, if at all. */
const covers =
  ({ own }: GpuModule) =>
  ({ own: isOurs, workload }: Case): boolean =>
    isOurs !== true && (own || workload !== "W7")

/** A system in a host, with its page built where it needs one. */
export const gpuSystem = (module: GpuModule, host: HostName): Effect.Effect<System, ProcessFailure> =>
  Effect.map(hosts[host](module), (command) => ({
    name: module.name,
    host: hostTitles[host],
    threads: 1,
    own: module.own,
    covers: covers(module),
    command
  }))
