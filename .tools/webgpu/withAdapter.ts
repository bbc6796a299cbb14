// Runs a program of this repository on a WebGPU adapter in software:
//
//     node .tools/bootstrap.js .tools/webgpu/withAdapter.ts ADAPTER PROGRAM [ARGUMENTS]
//
// ADAPTER is `swiftshader`, on which tests run, or `lavapipe128`, `lavapipe256` or `lavapipe512`: its vectors' width in
// bits, which gives subgroups of 4, 8 or 16.
import { runNode } from "../run.ts"
import { environmentOf } from "./driverEnvironment.ts"
import { findLavapipe, lavapipeEnvironment, vectorWidths } from "./lavapipe.ts"
import { swiftshader } from "./swiftshader.ts"

const lavapipe = findLavapipe()
const software = swiftshader()
const adapters: Readonly<Record<string, () => NodeJS.ProcessEnv | undefined>> = {
  swiftshader: () => software && { ...environmentOf(software.driver, software.loader) },
  ...Object.fromEntries(
    vectorWidths.map((width) => [`lavapipe${width}`, () => lavapipe && lavapipeEnvironment(lavapipe, width)])
  )
}

const [name = "", program, ...rest] = process.argv.slice(2)
const adapter = Object.hasOwn(adapters, name) ? adapters[name] : undefined
if (adapter === undefined || program === undefined) {
  console.error(`usage: withAdapter.ts ${Object.keys(adapters).join("|")} PROGRAM [ARGUMENTS]`)
  process.exitCode = 1
} else {
  const env = adapter()
  if (env === undefined) {
    console.error(`${name} is not here; on Debian 12, .tools/webgpu/installLavapipe.ts installs lavapipe`)
    process.exitCode = 2
  } else {
    process.exitCode = (await runNode(program, rest, { inherit: true, env: { ...process.env, ...env } })).code
  }
}
