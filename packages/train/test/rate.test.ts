import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { fc, test } from "@fast-check/vitest"
import {
  constantRate,
  cosineRate,
  cosineRestarts,
  exponentialRate,
  linearRate,
  multiStepRate,
  oneCycle,
  polynomialRate,
  type Rate,
  rateFromEpochs,
  reduceOnPlateau,
  SettingError,
  scaleRate,
  sequenceRates,
  stepRate,
  warmUp,
  warmupCosine
} from "../src/index.ts"
import { schedules } from "./fixtures/schedules.ts"

const { optimizer, steps } = JSON.parse(
  readFileSync(new URL("../../testing/fixtures/gpt.json", import.meta.url), "utf8")
)

const initial = schedules.base_lr

/** The schedules of PyTorch that the traces were made with, as rates. */
const recorded: Readonly<Record<string, Rate>> = {
  step: stepRate({ initial, every: 5, factor: 0.5 }),
  multistep: multiStepRate({ initial, at: [4, 9], factor: 0.1 }),
  exponential: exponentialRate({ initial, factor: 0.9 }),
  cosine: cosineRate({ initial, floor: 1e-3, steps: 20 }),
  cosine_restarts: cosineRestarts({ initial, floor: 1e-3, steps: 6, growth: 2 }),
  linear: linearRate({ from: 0.1 * initial, to: initial, steps: 8 }),
  polynomial: polynomialRate({ initial, steps: 15, power: 2 }),
  onecycle: oneCycle({ peak: 0.5, steps: 30 }).rate,
  warmup_then_cosine: warmUp(cosineRate({ initial, steps: 25 }), { steps: 5, from: 0.05 * initial })
}

const assertTrace = (rate: Rate, trace: ReadonlyArray<number>): void => {
  for (const [step, expected] of trace.entries()) assert.closeTo(rate(step), expected, 1e-12, `step ${step}`)
}

describe("rates", () => {
  it("are those of every schedule that was recorded from PyTorch", () => {
    assert.deepStrictEqual(Object.keys(recorded).toSorted(), Object.keys(schedules.lrs).toSorted())
    for (const [name, trace] of Object.entries(schedules.lrs)) {
      assert.strictEqual(trace.length, 30, name)
      assertTrace(recorded[name] as Rate, trace)
    }
  })

  it("restart after periods of one length, and of growing ones", () => {
    for (const { settings, rates } of schedules.restarts) {
      const { T_0, T_mult = 1, eta_min = 0 } = settings
      assertTrace(cosineRestarts({ initial, floor: eta_min, steps: T_0, growth: T_mult }), rates)
    }
  })

  it("restart where a period ends, however many there were", () => {
    const rate = cosineRestarts({ initial: 1, steps: 3, growth: 3 })
    for (let periods = 0; periods < 20; periods++) assert.strictEqual(rate((3 * (3 ** periods - 1)) / 2), 1)
    assert.strictEqual(cosineRestarts({ initial: 1, steps: 7 })(7 * 1e12), 1)
  })

  it("warmupCosine gives the rates of a recorded run", () => {
    const { peak, floor, warmupSteps, steps: length } = optimizer.schedule
    const rate = warmupCosine({ peak, floor, warmup: warmupSteps, steps: length })
    assert.strictEqual(steps.length, 40)
    for (const [step, { learningRate }] of steps.entries()) assert.closeTo(rate(step), learningRate, 1e-17)
  })

  it("without a warmup it is PyTorch's cosine", () => {
    const rate = warmupCosine({ peak: initial, floor: 1e-3, steps: 20 })
    assertTrace(rate, (schedules.lrs["cosine"] as ReadonlyArray<number>).slice(0, 21))
  })

  it("stays at the floor after its last step", () => {
    const rate = warmupCosine({ peak: 1, floor: 0.25, warmup: 2, steps: 10 })
    assert.deepStrictEqual(
      [9, 10, 11, 1e6].map((step) => rate(step) > 0.25),
      [true, false, false, false]
    )
    assert.strictEqual(warmupCosine({ peak: 1, warmup: 5, steps: 5 })(5), 0)
  })

  it("constantRate never changes", () => {
    assert.deepStrictEqual([0, 1, 1e9].map(constantRate(0.3)), [0.3, 0.3, 0.3])
  })

  test.prop([fc.constantFrom(...Object.keys(recorded)), fc.array(fc.nat(200))])(
    "give a step the same number, whichever steps were asked before",
    (name, asked) => {
      const rate = recorded[name] as Rate
      const expected = Array.from({ length: 201 }, (_, step) => rate(step))
      for (const step of asked) assert.strictEqual(rate(step), expected[step])
    }
  )
})

describe("composed rates", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })

  test.prop([lengths, fc.nat(60)])("each piece of a sequence counts its own steps, the last one on", (counts, step) => {
    const asked: Array<[piece: number, step: number]> = []
    const pieces = counts.map((count, piece): [Rate, number] => [
      (within) => {
        asked.push([piece, within])
        return piece
      },
      count
    ])
    const found = sequenceRates(pieces)(step)
    const starts = counts.map((_, at) => counts.slice(0, at).reduce((a, b) => a + b, 0))
    const piece = starts.findLastIndex((start) => start <= step)
    assert.strictEqual(found, piece)
    assert.deepStrictEqual(asked, [[piece, step - (starts[piece] as number)]])
  })

  it("warm up to where a rate begins, and then follow it", () => {
    const rate = warmUp(exponentialRate({ initial: 0.8, factor: 0.5 }), { steps: 4, from: 0.4 })
    assertTrace(rate, [0.4, 0.5, 0.6, 0.7, 0.8, 0.4, 0.2])
  })

  it("warm up the rate and the momentum of one cycle", () => {
    const { rate } = oneCycle({ peak: 1, steps: 10 })
    assertTrace(warmUp(rate, { steps: 2 }), [0, 0.02, rate(0), rate(1)])
  })

  it("are products of rates and numbers", () => {
    const rate = scaleRate(scaleRate(linearRate({ from: 1, to: 0, steps: 4 }), constantRate(3)), 0.5)
    assertTrace(rate, [1.5, 1.125, 0.75, 0.375, 0])
  })

  it("are written in epochs", () => {
    const byEpoch = multiStepRate({ initial: 1, at: [1, 2], factor: 0.5 })
    assertTrace(rateFromEpochs(byEpoch, { stepsPerEpoch: 3 }), [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
    const falling = exponentialRate({ initial: 1, factor: 0.25 })
    assertTrace(rateFromEpochs(falling, { stepsPerEpoch: 2 }), [1, 0.5, 0.25, 0.125])
    assertTrace(rateFromEpochs(falling, { stepsPerEpoch: 2, whole: true }), [1, 1, 0.25, 0.25])
  })
})

describe("settings that make no sense are refused where a rate is composed:", () => {
  const rate = constantRate(1)
  const refused: ReadonlyArray<readonly [message: string, compose: () => unknown]> = [
    ["constantRate: rate is NaN; expected a finite number, 0 or more", () => constantRate(Number.NaN)],
    ["stepRate: initial is -1; expected a finite number, 0 or more", () => stepRate({ initial: -1, every: 2 })],
    ["stepRate: every is 0; expected a finite number above 0", () => stepRate({ initial: 1, every: 0 })],
    [
      "multiStepRate: at is [4, 2]; expected steps from 0, in ascending order",
      () => multiStepRate({ initial: 1, at: [4, 2] })
    ],
    [
      "multiStepRate: at is [-1]; expected steps from 0, in ascending order",
      () => multiStepRate({ initial: 1, at: [-1] })
    ],
    [
      "multiStepRate: at is [NaN]; expected steps from 0, in ascending order",
      () => multiStepRate({ initial: 1, at: [Number.NaN] })
    ],
    [
      "exponentialRate: factor is Infinity; expected a finite number, 0 or more",
      () => exponentialRate({ initial: 1, factor: Number.POSITIVE_INFINITY })
    ],
    [
      "polynomialRate: power is 0; expected a finite number above 0",
      () => polynomialRate({ initial: 1, steps: 9, power: 0 })
    ],
    ["linearRate: steps is 0; expected a finite number above 0", () => linearRate({ from: 0, to: 1, steps: 0 })],
    ["cosineRate: steps is -3; expected a finite number above 0", () => cosineRate({ initial: 1, steps: -3 })],
    [
      "cosineRestarts: growth is 0.5; expected a finite number, 1 or more",
      () => cosineRestarts({ initial: 1, steps: 3, growth: 0.5 })
    ],
    [
      "warmupCosine: warmup is -1; expected a finite number, 0 or more",
      () => warmupCosine({ peak: 1, warmup: -1, steps: 3 })
    ],
    ["oneCycle: steps is 2.5; expected a whole number, 1 or more", () => oneCycle({ peak: 1, steps: 2.5 })],
    [
      "oneCycle: rise is 0.6; expected a number from 0 to 0.5",
      () => oneCycle({ peak: 1, steps: 9, rise: 0.6, phases: 3 })
    ],
    [
      "oneCycle: highMomentum is 1.5; expected a number from 0 to 1",
      () => oneCycle({ peak: 1, steps: 9, highMomentum: 1.5 })
    ],
    ["sequenceRates: pieces is empty; expected a rate or more", () => sequenceRates([])],
    [
      "sequenceRates: the number of steps of piece 0 is Infinity; expected a finite number above 0",
      () =>
        sequenceRates([
          [rate, Number.POSITIVE_INFINITY],
          [rate, 1]
        ])
    ],
    ["warmUp: steps is 0; expected a finite number above 0", () => warmUp(rate, { steps: 0 })],
    ["scaleRate: by is -2; expected a finite number, 0 or more", () => scaleRate(rate, -2)],
    [
      "rateFromEpochs: stepsPerEpoch is 0; expected a finite number above 0",
      () => rateFromEpochs(rate, { stepsPerEpoch: 0 })
    ],
    ["reduceOnPlateau: factor is 2; expected a number from 0 to 1", () => reduceOnPlateau(rate, { factor: 2 })],
    [
      "reduceOnPlateau: patience is 0.5; expected a whole number, 0 or more",
      () => reduceOnPlateau(rate, { patience: 0.5 })
    ]
  ]

  it.each(refused)("%s", (message, compose) => {
    let error: unknown
    try {
      compose()
    } catch (thrown) {
      error = thrown
    }
    assert.instanceOf(error, SettingError)
    assert.strictEqual((error as SettingError).message, message)
  })
})
