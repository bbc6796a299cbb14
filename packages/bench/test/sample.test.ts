import { assert, describe, it } from "@effect/vitest"
import { processorsOf } from "../src/measuring/pinning.ts"
import { median, sample } from "../src/measuring/sample.ts"

const plan = { warmUpCalls: 3, warmUpMilliseconds: 20, samples: 5, milliseconds: 100, patienceMilliseconds: 1000 }

/** A call that takes as long as `cost` says of the calls before it, on a clock that it moves itself. */
const timed = (cost: (before: number) => number) => {
  const batches: Array<number> = []
  let calls = 0
  const time = async (count: number): Promise<number> => {
    batches.push(count)
    let spent = 0
    for (let at = 0; at < count; at++) {
      spent += cost(calls)
      calls++
    }
    return spent
  }
  return { time, batches }
}

describe("sampling", () => {
  it("does not count what comes before the call is warm", async () => {
    const { time } = timed((before) => (before < 5 ? 50 : 10))
    const found = await sample(time, { ...plan, warmUpMilliseconds: 250 }, 50)
    assert.deepStrictEqual(found, { median: 10, fastest: 10, samples: 10 })
  })

  it("goes on until there are as many samples as were asked for, and as much time has passed", async () => {
    const slow = timed(() => 50)
    assert.strictEqual((await sample(slow.time, plan, 50)).samples, 5)
    const fast = timed(() => 2)
    assert.strictEqual((await sample(fast.time, plan, 2)).samples, 50)
  })

  it("times short calls many at once", async () => {
    const { time, batches } = timed(() => 0.004)
    const found = await sample(time, plan, 0.004)
    assert.strictEqual(batches.at(-1), 100)
    assert.closeTo(found.median, 0.004, 1e-9)
  })

  it("takes a first call beyond its patience for the only sample", async () => {
    const { time, batches } = timed(() => 2000)
    assert.deepStrictEqual(await sample(time, plan, 2000), { median: 2000, fastest: 2000, samples: 1 })
    assert.deepStrictEqual(batches, [])
  })

  it("lets threads settle between warming up and sampling", async () => {
    const { time, batches } = timed(() => 10)
    let before = 0
    await sample(time, plan, 10, () => {
      before = batches.length
    })
    assert.strictEqual(before, 3)
  })

  it("takes the middle of numbers, in any order", () => {
    assert.strictEqual(median([3, 1, 2]), 2)
    assert.strictEqual(median([4, 1, 3, 2]), 2.5)
    assert.isNaN(median([]))
  })
})

describe("pinning", () => {
  it("reads lists of processors as Linux writes them", () => {
    assert.deepStrictEqual(processorsOf("0-2,5\n"), [0, 1, 2, 5])
    assert.deepStrictEqual(processorsOf("3"), [3])
  })
})
