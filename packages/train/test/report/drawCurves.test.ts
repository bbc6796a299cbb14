import { assert, describe, expect, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import { type Curve, drawCurves, lossCurves, SettingError, type TrainingEvent } from "../../src/index.ts"

const train: Curve = {
  name: "train",
  points: Array.from({ length: 100 }, (_, at) => [10 * (at + 1), 1.5 + 2.7 / (1 + at / 8) + ((at * 7) % 5) / 40])
}
const validation: Curve = {
  name: "validation",
  points: Array.from({ length: 5 }, (_, at) => [200 * (at + 1), 1.75 + 2.5 / (2 + 3 * at)])
}

const number = fc.double()
const curves = fc.array(
  fc.record({ name: fc.string({ unit: "grapheme" }), points: fc.array(fc.tuple(number, number)) })
)
const size = fc.record({ width: fc.integer({ min: 100, max: 2000 }), height: fc.integer({ min: 120, max: 1000 }) })

const matches = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  Array.from(text.matchAll(pattern), ([, found]) => found as string)

/** How much brighter the brighter one of two colours is, by the Web Content Accessibility Guidelines 2.2. */
const contrast = (a: string, b: string): number => {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

describe("a chart of curves", () => {
  it("is the same text for the same curves", async () => {
    await expect(drawCurves([train, validation], { title: "Loss of a run" })).toMatchFileSnapshot(
      "../golden/curves.svg"
    )
  })

  test.prop([curves, size])("has whatever it draws inside of it, each point once", (curves, { width, height }) => {
    const chart = drawCurves(curves, { width, height })
    const paths = matches(chart, /class="curve hue\d" d="M([^"h]*)"/g).map((path) =>
      path.split("L").map((point) => point.split(" ").map(Number))
    )
    const isDrawable = (value: number) => Math.abs(value) <= 1e300
    const expected = curves.map(({ points }) => points.filter((point) => point.every(isDrawable)).length)
    assert.deepStrictEqual(
      paths.map((path) => path.length),
      expected.filter((length) => length > 0)
    )
    for (const [x, y] of paths.flat()) {
      assert.isTrue((x as number) >= 64 && (x as number) <= width - 23.99, `${x}`)
      assert.isTrue((y as number) >= 40 && (y as number) <= height - 47.99, `${y}`)
    }
    assert.notMatch(chart.replace(/<text.*<\/text>|<desc>.*<\/desc>/gs, ""), /NaN|Infinity|undefined/)
  })

  test.prop([fc.uniqueArray(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 2 })])(
    "has ticks that are told apart",
    (values) => {
      const chart = drawCurves([{ name: "a", points: values.map((value, at) => [at, value]) }])
      const labels = matches(chart, /<text class="end"[^>]*>([^<]*)</g)
      assert.isAtLeast(labels.length, 2)
      assert.strictEqual(new Set(labels).size, labels.length)
    }
  )

  it("has ticks at round values, in whichever units", () => {
    const labels = (points: Curve["points"]) => [
      matches(drawCurves([{ name: "a", points }]), /<text class="middle" x[^>]*>([\d,.e+-]*)</g),
      matches(drawCurves([{ name: "a", points }]), /<text class="end"[^>]*>([^<]*)</g)
    ]
    assert.deepStrictEqual(
      labels([
        [0, 0.12],
        [2000, 0.58]
      ]),
      [
        ["0", "500", "1,000", "1,500", "2,000"],
        ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]
      ]
    )
    assert.deepStrictEqual(
      labels([
        [1e9, 1e-6],
        [2e9, 3e-6]
      ]),
      [
        ["1e+9", "1.2e+9", "1.4e+9", "1.6e+9", "1.8e+9", "2e+9"],
        ["1e-6", "1.5e-6", "2e-6", "2.5e-6", "3e-6"]
      ]
    )
  })

  it("of nothing has axes, and of one point a mark", () => {
    assert.notMatch(drawCurves([]), /NaN|class="mark/)
    const one = drawCurves([{ name: "a", points: [[3, 2]] }])
    assert.lengthOf(matches(one, /(class="mark hue0")/g), 1)
    assert.notMatch(one, /NaN/)
  })

  it("may have any text", () => {
    const chart = drawCurves([{ name: "a<b & \u0001c\ud800", points: [] }], { title: "</svg>", y: ">" })
    assert.include(chart, ">a&lt;b &amp; c\ufffd</text>")
    assert.include(chart, ">&lt;/svg&gt;</text>")
    assert.lengthOf(matches(chart, /(<\/svg>)/g), 1)
  })

  it("stands out from a light ground and from a dark one", () => {
    const [light = "", dark = ""] = matches(drawCurves([]), /<style>(.*)<\/style>/g)[0]?.split("@media") ?? []
    for (const style of [light, dark]) {
      const [ground = ""] = matches(style, /\.ground\{fill:(#\w+)/g)
      const inks = [...matches(style, /text\{fill:(#\w+)/g), ...matches(style, /\.hue\d\{stroke:(#\w+)/g)]
      assert.lengthOf(inks, 5)
      for (const ink of inks) assert.isAtLeast(contrast(ink, ground), 4.5, ink)
    }
  })

  it("has a size of whole pixels", () => {
    assert.throws(() => drawCurves([], { width: 0 }), SettingError, "width")
    assert.throws(() => drawCurves([], { height: 2.5 }), SettingError, "height")
  })
})

const step = (step: number, loss: number): TrainingEvent => ({
  event: "step",
  step,
  loss,
  gradientNorm: 1,
  rate: 1,
  tokens: 1,
  seconds: 1
})
const evaluated = (step: number, loss: number | null): TrainingEvent => ({
  event: "evaluated",
  step,
  loss,
  metrics: {},
  best: false,
  sinceBest: 1,
  seconds: 1
})

describe("the curves of losses", () => {
  it("are those of steps and of evaluations", () => {
    const events = [step(1, 3), step(2, 2), evaluated(2, 2.5), step(3, 1), evaluated(3, null)]
    assert.deepStrictEqual(lossCurves(events), [
      {
        name: "train",
        points: [
          [1, 3],
          [2, 2],
          [3, 1]
        ]
      },
      { name: "validation", points: [[2, 2.5]] }
    ])
  })

  it("of a run that goes on have what counts of the time before", () => {
    const again: TrainingEvent = { event: "started", parameters: 1, from: 1, steps: 9 }
    const events = [step(1, 3), evaluated(1, 4), step(2, 2), evaluated(2, 2.5), again, step(2, 2.25)]
    assert.deepStrictEqual(lossCurves(events), [
      {
        name: "train",
        points: [
          [1, 3],
          [2, 2.25]
        ]
      },
      { name: "validation", points: [[1, 4]] }
    ])
  })

  test.prop([fc.integer({ min: 1, max: 10_000 })])("have few points, whose mean is that of all", (steps) => {
    const [curve] = lossCurves(Array.from({ length: steps }, (_, at) => step(at + 1, at % 10)))
    const points = curve?.points ?? []
    assert.isBelow(points.length, 1025)
    assert.isAtLeast(points.length, Math.min(steps, 512))
    const each = 2 ** Math.max(0, Math.ceil(Math.log2((steps + 1) / 1024)))
    const weights = points.map((_, at) => (at < points.length - 1 ? each : steps - each * (points.length - 1)))
    const mean = points.reduce((sum, [, y], at) => sum + (y * (weights[at] as number)) / steps, 0)
    const all = Array.from({ length: steps }, (_, at) => at % 10).reduce((sum, y) => sum + y / steps, 0)
    assert.closeTo(mean, all, 1e-9)
    assert.deepStrictEqual(
      points.map(([x]) => x),
      points.map(([x]) => x).sort((a, b) => a - b)
    )
  })
})
