import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { float32Above, float32Below, nextDown, nextUp, stepsDown, stepsUp } from "../../src/scalar/nextFloat.ts"
import { floatAt, positionOf } from "./floatBits.ts"

const edges = [0, 1, 2, 2 ** -960, 2 ** -1021, 2 ** -1022, 2 ** -1074, 2 ** 1023, Number.MAX_VALUE]
const anyFloat = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -(2 ** -950), max: 2 ** -950 }),
  fc
    .tuple(fc.constantFrom(...edges), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-1, 1))
    .map(([edge, offset, sign]) => sign * floatAt(positionOf(edge) + BigInt(offset)))
    .filter(Number.isFinite)
)

describe("neighbours of a float64", () => {
  test.prop([anyFloat], { numRuns: 2000 })("are one bit pattern away", (x) => {
    expect(nextUp(x) + 0).toBe(floatAt(positionOf(x) + 1n) + 0)
    expect(nextDown(x) + 0).toBe(floatAt(positionOf(x) - 1n) + 0)
  })

  it("exist for every power of two", () => {
    for (let exponent = -1074; exponent <= 1023; exponent++) {
      for (const x of [2 ** exponent, -(2 ** exponent)]) {
        expect(positionOf(nextUp(x)) - positionOf(x)).toBe(1n)
        expect(positionOf(x) - positionOf(nextDown(x))).toBe(1n)
      }
    }
  })

  it("lead from the largest float to infinity and back, and not beyond", () => {
    expect(nextUp(Number.MAX_VALUE)).toBe(Infinity)
    expect(nextDown(Infinity)).toBe(Number.MAX_VALUE)
    expect(nextUp(Infinity)).toBe(Infinity)
    expect(nextDown(-Infinity)).toBe(-Infinity)
    expect(nextUp(NaN)).toBeNaN()
  })

  it("are counted by steps", () => {
    expect(positionOf(stepsUp(1, 5)) - positionOf(1)).toBe(5n)
    expect(positionOf(stepsDown(1, 5)) - positionOf(1)).toBe(-5n)
    expect(stepsUp(3, 0)).toBe(3)
  })
})

describe("float32 bounds", () => {
  const nearFloat32 = fc.oneof(
    anyFloat,
    fc.float({ noNaN: true }),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((x) => x * (1 + 2 ** -30)),
    fc.double({ noNaN: true, min: -(2 ** -120), max: 2 ** -120 }),
    fc.constantFrom(3.4028235e38, 3.4028236e38, -3.4028236e38, 2 ** -149, 2 ** -150, 2 ** -126)
  )

  test.prop([nearFloat32], { numRuns: 2000 })("enclose the number and are neighbours unless it is one", (x) => {
    const low = float32Below(x)
    const high = float32Above(x)
    expect(Math.fround(low)).toBe(low)
    expect(Math.fround(high)).toBe(high)
    expect(low <= x && x <= high).toBe(true)
    const isFloat32 = Math.fround(x) === x
    expect(low === high).toBe(isFloat32)
    if (!isFloat32) {
      const bits = new Int32Array(Float32Array.of(Math.abs(low), Math.abs(high)).buffer)
      expect(Math.abs((bits[1] ?? 0) - (bits[0] ?? 0))).toBe(1)
    }
  })
})
