import { assert, describe, it } from "vitest"
import { runShader } from "./runShader.ts"
import { testDevice } from "./testDevice.ts"

const width = Number(process.env["LP_NATIVE_VECTOR_WIDTH"])

describe(`lavapipe with vectors of ${width} bits`, () => {
  it("has subgroups as wide as its vectors, and sums over each", async () => {
    const code = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(local_invocation_index) at: u32, @builtin(subgroup_size) size: u32) {
  let sum = subgroupAdd(at);
  out[2 * at] = size;
  out[2 * at + 1] = sum;
}`
    const words = await runShader(await testDevice(), { code, groups: 1, words: 128 })
    const size = width / 32
    for (let at = 0; at < 64; at++) {
      const first = at - (at % size)
      assert.deepStrictEqual([words[2 * at], words[2 * at + 1]], [size, (size * (2 * first + size - 1)) / 2])
    }
  })

  it("has floats of 16 bits", async () => {
    const device = await testDevice()
    assert.isTrue(device.features.has("shader-f16"))
  })
})
