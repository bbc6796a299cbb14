import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { linearMemory } from "../../src/cpu/linearMemory.ts"

const page = 65_536

describe("linear memory", () => {
  it("gives out parts that do not overlap, and is as it was when all are given back, in whatever order", () => {
    const law = (sizes: ReadonlyArray<number>, order: ReadonlyArray<number>): void => {
      const memory = linearMemory(64)
      const room = memory.room()
      const held: Array<{ readonly address: number; readonly bytes: number }> = []
      const giveBack = (at: number): void => {
        const [part] = held.splice(at % held.length, 1)
        if (part !== undefined) memory.giveBack(part.address, part.bytes)
      }
      for (const [at, bytes] of sizes.entries()) {
        const address = memory.take(bytes) as number
        assert.isAtLeast(address, 64)
        assert.strictEqual(address % 64, 0)
        assert.isAtMost(address + bytes + page, memory.memory.buffer.byteLength)
        for (const other of held) {
          assert.isTrue(address + Math.max(bytes, 1) <= other.address || other.address + other.bytes <= address)
        }
        held.push({ address, bytes: Math.max(bytes, 1) })
        const drawn = order[at] ?? 0
        if (drawn % 3 === 0) giveBack(drawn)
      }
      while (held.length > 0) giveBack(order[held.length] ?? 0)
      assert.strictEqual(memory.room(), room)
      assert.strictEqual(memory.take(1), 64)
    }
    fc.assert(fc.property(fc.array(fc.nat(3000), { maxLength: 30 }), fc.array(fc.nat(100)), law))
  })

  it("does not grow where what was given back suffices", () => {
    const memory = linearMemory(64)
    const cycle = (): void => {
      const addresses = [100, 7000, 200_000, 64].map((bytes) => [memory.take(bytes) as number, bytes] as const)
      for (const [address, bytes] of addresses) memory.giveBack(address, bytes)
    }
    cycle()
    const bytes = memory.memory.buffer.byteLength
    for (let count = 0; count < 100; count++) cycle()
    assert.strictEqual(memory.memory.buffer.byteLength, bytes)
  })

  it("refuses what no address reaches, and grows by nothing for it", () => {
    const memory = linearMemory(64)
    const bytes = memory.memory.buffer.byteLength
    assert.strictEqual(memory.room(), 2 ** 32 - page - 64)
    assert.strictEqual(memory.take(2 ** 32 - page), undefined)
    assert.strictEqual(memory.take(2 ** 33), undefined)
    assert.strictEqual(memory.memory.buffer.byteLength, bytes)
    assert.strictEqual(memory.take(1000), 64)
  })

  it("tells what there is where the engine has no more", () => {
    const memory = linearMemory(64)
    const { grow } = memory.memory
    const refuse = (): never => {
      throw new RangeError("no memory")
    }
    Object.defineProperty(memory.memory, "grow", { value: refuse, configurable: true })
    assert.strictEqual(memory.take(1_000_000), undefined)
    assert.strictEqual(memory.room(), memory.memory.buffer.byteLength - page - 64)
    Object.defineProperty(memory.memory, "grow", { value: grow, configurable: true })
    assert.strictEqual(memory.take(1_000_000), 64)
  })
})
