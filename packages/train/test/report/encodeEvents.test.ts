import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { encodeEvents, histogramOf, type LogEvent, SettingError } from "../../src/index.ts"
import { readEventFile } from "./readEventFile.ts"

// Which zero it is makes no difference here.
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const float = fc.float({ noNaN: true, noDefaultInfinity: true })
const step = fc.maxSafeNat()
const values = fc.uniqueArray(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), float), {
  selector: ([name]) => name
})

describe("the bytes of events", () => {
  test.prop([finite, step, values])("are read as what they are of", (seconds, step, values) => {
    const [read] = readEventFile(encodeEvents([{ event: "values", seconds, step, values: Object.fromEntries(values) }]))
    assert.strictEqual(read?.wallTime, seconds)
    assert.strictEqual(read?.step, step)
    const expected = Object.entries(Object.fromEntries(values)).map(([tag, simpleValue]) => ({ tag, simpleValue }))
    assert.deepStrictEqual(read?.summary?.value ?? [], expected)
  })

  test.prop([fc.array(finite, { minLength: 1 }), fc.integer({ min: 1, max: 40 })])(
    "hold histograms in full",
    (numbers, buckets) => {
      const histogram = histogramOf(numbers, buckets)
      const event: LogEvent = { event: "values", seconds: 1, step: 1, values: { weights: histogram } }
      const [read] = readEventFile(encodeEvents([event]))
      const { least, most, count, sum, sumOfSquares, limits, counts } = histogram
      const zeros = { min: 0, max: 0, sum: 0, sumSquares: 0 }
      const expected = { min: least, max: most, num: count, sum, sumSquares: sumOfSquares, bucketLimit: limits }
      assert.deepStrictEqual({ ...zeros, ...read?.summary?.value[0]?.histo }, { ...expected, bucket: counts })
    }
  )

  it("begin a file, and tell that a run goes on", () => {
    const events = readEventFile(
      encodeEvents([
        { event: "version", seconds: 5 },
        { event: "restart", seconds: 6, step: 21 }
      ])
    )
    assert.deepStrictEqual(events, [
      { wallTime: 5, step: 0, fileVersion: "brain.Event:2" },
      { wallTime: 6, step: 21, sessionLog: { status: "START" } }
    ])
  })

  it("of more events come after those before", () => {
    const [one, two]: ReadonlyArray<LogEvent> = [
      { event: "values", seconds: 1, step: 1, values: { loss: 2 } },
      { event: "values", seconds: 2, step: 2, values: { loss: 1 } }
    ]
    const apart = [encodeEvents([one as LogEvent]), encodeEvents([two as LogEvent])]
    assert.deepStrictEqual(
      encodeEvents([one as LogEvent, two as LogEvent]),
      Uint8Array.from(apart.flatMap((of) => [...of]))
    )
  })

  it("that were altered or cut off are not read", () => {
    const bytes = encodeEvents([{ event: "values", seconds: 1, step: 1, values: { loss: 2 } }])
    assert.lengthOf(readEventFile(bytes), 1)
    for (let at = 0; at < bytes.length; at++) {
      assert.throws(() => readEventFile(bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))), /checksum/)
    }
    assert.throws(() => readEventFile(bytes.subarray(0, -1)))
  })

  it("are made of no step that is not a whole number, and of no time that is not finite", () => {
    const at = (step: number, seconds: number) => () => encodeEvents([{ event: "values", seconds, step, values: {} }])
    assert.throws(at(0.5, 0), SettingError, "step")
    assert.throws(at(-1, 0), SettingError, "step")
    assert.throws(at(1, Number.NaN), SettingError, "seconds")
  })
})
