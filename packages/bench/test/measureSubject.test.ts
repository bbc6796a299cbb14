import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Reply } from "../src/measuring/reply.ts"
import { measureSubject } from "../src/webgpu/measuring/measureSubject.ts"
import type { SubjectModule } from "../src/webgpu/measuring/subject.ts"
import { type FakeDevice, makeFakeGpu } from "./fakeGpu.ts"

const plan = { warmUpCalls: 1, warmUpMilliseconds: 0, samples: 3, milliseconds: 0, patienceMilliseconds: 1e6 }

/** A system that makes so many dispatches in a step, which is told its number. */
const system = (step: (device: FakeDevice, number: number) => number | undefined) => {
  const gpu = makeFakeGpu()
  let steps = 0
  const load = async (): Promise<SubjectModule> => ({
    makeSubject: async () => {
      const device = await gpu.requestDevice()
      device.createBuffer({ size: 4 })
      return {
        compile: async () => {
          device.createComputePipeline()
        },
        step: async () => step(device, ++steps)
      }
    }
  })
  return measureSubject({ case: "W1-64", plan }, gpu.classes, load)
}

const dispatch = (device: FakeDevice, count: number): void => {
  const pass = device.createCommandEncoder().beginComputePass()
  for (let at = 0; at < count; at++) pass.dispatchWorkgroups(1)
}

describe("measuring on a GPU", () => {
  it("counts compiling and the first step together, and warm steps apart from what was before", async () => {
    const reply = await system((device, number) => {
      dispatch(device, number === 1 ? 7 : 5)
      return 1 / number
    })
    assert.doesNotThrow(() => Schema.decodeUnknownSync(Reply)(reply))
    const { gpu, firstLoss, lastLoss, milliseconds } = reply
    assert.deepInclude(gpu?.cold, { dispatches: 7, newPipelines: 1, buffers: 0 })
    assert.deepInclude(gpu?.warm, { dispatches: 5, newPipelines: 0, passes: 1 })
    assert.deepStrictEqual([gpu?.steady, gpu?.adapters], [true, ["nobody fake"]])
    // One step before, one to warm up, and the samples.
    assert.deepStrictEqual([firstLoss, lastLoss, milliseconds.samples], [1, 1 / 5, 3])
  })

  it("gives the most of steps that differ, and says that they do", async () => {
    const { gpu, firstLoss } = await system((device, number) => {
      dispatch(device, number)
      return undefined
    })
    assert.deepStrictEqual([gpu?.warm.dispatches, gpu?.steady, firstLoss], [5, false, undefined])
  })

  it("fails where the device complains", async () => {
    const measured = system((device) => {
      device.complain("a buffer is too small")
      return 1
    })
    const failure = await measured.then(
      () => undefined,
      (error: Error) => error.message
    )
    assert.strictEqual(failure, "the device complains: a buffer is too small")
  })
})
