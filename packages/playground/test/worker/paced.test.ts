import { Effect } from "effect"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { keepResult } from "../../src/worker/keepResult.ts"
import { nextDemonstration } from "../../src/worker/nextDemonstration.ts"
import { paced } from "../../src/worker/paced.ts"

describe("what is paced", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }))
  afterEach(() => void vi.useRealTimers())

  test("arrives in order, all of it, no more often than it may", () => {
    const received: Array<ReadonlyArray<number>> = []
    const { add, flush } = paced<number>(50, (items) => received.push(items))
    for (let at = 0; at < 10; at++) {
      vi.advanceTimersByTime(20)
      add(at)
    }
    expect(received).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8]
    ])
    flush()
    flush()
    expect(received.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(received).toHaveLength(4)
  })
})

test("a result is kept, a failure is not", () => {
  let runs = 0
  const kept = keepResult(
    Effect.suspend(() => {
      runs++
      return runs === 1 ? Effect.fail("not yet") : Effect.succeed(runs)
    })
  )
  expect(Effect.runSync(Effect.flip(kept))).toBe("not yet")
  expect([Effect.runSync(kept), Effect.runSync(kept), runs]).toEqual([2, 2, 2])
})

test("a model is shown more seldom as it learns", () => {
  const steps = [1]
  while ((steps.at(-1) as number) < 4000) steps.push(nextDemonstration(steps.at(-1) as number))
  expect(steps.slice(0, 5)).toEqual([1, 25, 49, 74, 111])
  expect(steps.length).toBeLessThan(16)
})
