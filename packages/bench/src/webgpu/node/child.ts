// A process that measures one case with one system on the GPU of Node's `webgpu` package.
import { create, globals } from "webgpu"
import type { NodeRequest } from "./nodeRequest.ts"

const { module, likePage, ...request }: NodeRequest = JSON.parse(process.argv[2] ?? "")

// What is counted are calls of these.
Object.assign(globalThis, globals)
if (likePage) {
  Object.defineProperty(globalThis.navigator, "gpu", { value: create([]) })
  Object.assign(globalThis, { WorkerGlobalScope: globalThis.constructor })
}
const { measure } = await import(module)
const reply = await measure(request)
process.stdout.write(`${JSON.stringify(reply)}\n`, () => process.exit(0))
