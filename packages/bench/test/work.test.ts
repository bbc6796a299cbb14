import { assert, describe, it } from "@effect/vitest"
import { countWork } from "../src/webgpu/counting/countWork.ts"
import { copiedBytes, mappedBytes, writtenBytes } from "../src/webgpu/counting/movedBytes.ts"
import { isSteady, mostWork, noWork } from "../src/webgpu/counting/work.ts"
import { makeFakeGpu } from "./fakeGpu.ts"

describe("counting", () => {
  it("counts what is asked of a device, and begins anew when it is taken", async () => {
    const { classes, requestDevice } = makeFakeGpu()
    const { take } = countWork(classes)
    const device = await requestDevice()
    const buffer = device.createBuffer({ size: 256 })
    device.createBuffer({ size: 16, mappedAtCreation: true })
    device.createBindGroup()
    const [first, second] = [device.createComputePipeline(), await device.createComputePipelineAsync()]
    const encoder = device.createCommandEncoder()
    for (const pipelines of [[first, second], [first]]) {
      const pass = encoder.beginComputePass()
      for (const pipeline of pipelines) {
        pass.setPipeline(pipeline)
        pass.dispatchWorkgroups(1)
        pass.dispatchWorkgroupsIndirect()
      }
    }
    encoder.copyBufferToBuffer(buffer, 0, buffer, 0, 8)
    device.queue.writeBuffer(buffer, 0, new Float32Array(3))
    device.queue.submit([encoder])
    await buffer.mapAsync(1, 0, 4)
    await buffer.mapAsync(2)
    assert.deepStrictEqual(take(), {
      dispatches: 6,
      submits: 1,
      passes: 2,
      pipelines: 2,
      newPipelines: 2,
      bindGroups: 1,
      buffers: 2,
      allocatedBytes: 272,
      writtenBytes: 16 + 12 + 256,
      copiedBytes: 8,
      readBytes: 4
    })
    assert.deepStrictEqual(take(), noWork)
  })

  it("hands on what methods are given and give", async () => {
    const { classes, requestDevice } = makeFakeGpu()
    countWork(classes)
    assert.strictEqual((await requestDevice()).createBuffer({ size: 12 }).size, 12)
  })

  it("knows the adapters of devices, and what devices complain about", async () => {
    const { classes, requestDevice } = makeFakeGpu()
    const { adapters, complaints, idle } = countWork(classes)
    const device = await requestDevice()
    await idle()
    assert.deepStrictEqual([adapters(), complaints()], [["nobody fake"], []])
    device.complain("no such binding")
    assert.deepStrictEqual(complaints(), ["no such binding"])
  })
})

describe("bytes that are moved", () => {
  it("are those of elements where a typed array is written, and of bytes where a buffer is", () => {
    const array = new Float32Array(8)
    assert.strictEqual(writtenBytes([{}, 0, array]), 32)
    assert.strictEqual(writtenBytes([{}, 0, array, 2]), 24)
    assert.strictEqual(writtenBytes([{}, 0, array, 2, 3]), 12)
    assert.strictEqual(writtenBytes([{}, 0, array.buffer, 8]), 24)
    assert.strictEqual(writtenBytes([{}, 0, new DataView(array.buffer), 8, 4]), 4)
  })

  it("are the rest of a buffer where no size is given", () => {
    const buffer = { size: 32 }
    assert.strictEqual(copiedBytes([buffer, 8, {}, 0, 4]), 4)
    assert.strictEqual(copiedBytes([buffer, 8, {}, 0]), 24)
    assert.strictEqual(copiedBytes([buffer, {}, 4]), 4)
    assert.strictEqual(copiedBytes([buffer, {}]), 32)
    assert.strictEqual(mappedBytes(buffer, [1]), 32)
    assert.strictEqual(mappedBytes(buffer, [1, 8]), 24)
    assert.strictEqual(mappedBytes(buffer, [1, 8, 4]), 4)
  })
})

describe("the work of steps", () => {
  const [few, many] = [
    { ...noWork, dispatches: 2, buffers: 1 },
    { ...noWork, dispatches: 3 }
  ]

  it("is the most of each count", () => {
    assert.deepStrictEqual(mostWork([few, many]), { ...noWork, dispatches: 3, buffers: 1 })
    assert.deepStrictEqual(mostWork([]), noWork)
  })

  it("is steady where no count differs", () => {
    assert.isTrue(isSteady([few, { ...few }]))
    assert.isFalse(isSteady([few, many]))
  })
})
