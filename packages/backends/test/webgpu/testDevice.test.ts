import { assert, describe, it } from "vitest"
import { runShader } from "./runShader.ts"
import { hasAdapter, nullDevice, testAdapter, testDevice } from "./testDevice.ts"

describe.runIf(hasAdapter)("the device of tests", () => {
  it("computes", async () => {
    const code = `@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = 3u * id.x; }`
    const words = await runShader(await testDevice(), { code, groups: 4, words: 256 })
    assert.deepStrictEqual(
      [...words],
      Array.from({ length: 256 }, (_, at) => 3 * at)
    )
  })

  it("is one, with what its adapter has", async () => {
    const device = await testDevice()
    assert.strictEqual(device, await testDevice())
    assert.strictEqual(device.limits["maxBufferSize"], testAdapter?.limits["maxBufferSize"])
    assert.strictEqual(device.features.has("subgroups"), testAdapter?.features.has("subgroups"))
  })
})

describe("a null device", () => {
  const shader = (body: string, size = 64) => `@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(${size}) fn main(@builtin(local_invocation_index) at: u32) { ${body} }`

  it("finds nothing wrong with a shader that is right", async () => {
    const { errors } = await nullDevice()
    assert.deepStrictEqual(await errors(shader("out[at] = 1.0;")), [])
  })

  it("tells the line of a wrong type", async () => {
    const { errors } = await nullDevice()
    const found = await errors(shader("out[at] = 1u;"))
    assert.strictEqual(found.length, 1)
    assert.match(found[0] as string, /^line 2: .*u32/)
  })

  it("refuses a barrier that not every invocation comes to, and a workgroup that is too large", async () => {
    const { errors } = await nullDevice()
    assert.match((await errors(shader("if (at < 3) { workgroupBarrier(); }")))[0] as string, /uniform control flow/)
    assert.match((await errors(shader("out[at] = 1.0;", 2048)))[0] as string, /workgroup_size\(2048/)
  })

  it("has the features that it is asked for, and no others", async () => {
    const half = `enable f16;\n${shader("out[at] = f32(f16(at));")}`
    const [plain, withHalf] = await Promise.all([nullDevice(), nullDevice({ features: ["shader-f16"] })])
    assert.match((await plain.errors(half))[0] as string, /f16/)
    assert.deepStrictEqual(await withHalf.errors(half), [])
  })

  it("refuses a module without entry point", async () => {
    const { errors } = await nullDevice()
    assert.deepStrictEqual(await errors("fn main() {}"), ["it has no entry point"])
  })
})
