import { describe, expect, it } from "vitest"
import { assumedUlp } from "../../src/scalar/assumedUlp.ts"
import { point } from "../../src/scalar/interval.ts"
import { intervalArithmetic as interval } from "../../src/scalar/intervalArithmetic.ts"
import { nextDown, nextUp } from "../../src/scalar/nextFloat.ts"
import { numberArithmetic as number } from "../../src/scalar/numberArithmetic.ts"
import { ulpsApart } from "./floatBits.ts"

type Name = Exclude<keyof typeof assumedUlp, "pow">

// Where V8's functions err the most among thousands of random arguments, in each direction: the argument, the float64
// nearest to the exact value, and on which side of it the exact value lies, from 40-digit arithmetic.
const hardest: ReadonlyArray<readonly [Name, number, number, "above" | "below"]> = [
  ["exp", 0.3649294997165209, 1.440412455083089, "below"],
  ["exp", -86.97073592796733, 1.6946862251771758e-38, "above"],
  ["expm1", 519.5547845663153, 4.362907280749975e225, "below"],
  ["expm1", 0.9509881686330349, 1.588266039354581, "above"],
  ["log", 0.6355367631825356, -0.4532853408007545, "below"],
  ["log", 1.6044913351526986, 0.4728067812120886, "above"],
  ["log1p", 0.4134063376968101, 0.3460026332724951, "below"],
  ["log1p", 0.6053646323884142, 0.47335091606804097, "above"],
  ["sin", -96.59301168445735, -0.7148157351244241, "below"],
  ["sin", -76294670593151.12, 0.7381013964797568, "above"],
  ["cos", 41.611532727077105, -0.717333863071899, "below"],
  ["cos", 5809125029550836, 0.7530275013968742, "above"],
  ["atan", -2.8972423498662185, -1.2384435547179582, "below"],
  ["atan", 2.641034634496892, 1.2088386972594785, "above"],
  ["tanh", -0.21029188969129314, -0.20724586940224307, "below"],
  ["tanh", -0.23274528826170585, -0.22863176502171248, "above"],
  ["erf", 0.9708750496996107, 0.8302553202385666, "above"],
  ["erf", 0.9777891104476994, 0.8332746049202878, "below"]
]

const powers: ReadonlyArray<readonly [number, number, number, "above" | "below"]> = [
  [0.009803056956742075, 6.46217326800226, 1.0467190971578748e-13, "below"],
  [86.32940458398323, -13.420509982904754, 1.0369605308354819e-26, "above"]
]

const neighbours = (nearest: number, side: "above" | "below"): readonly [number, number] =>
  side === "above" ? [nearest, nextUp(nearest)] : [nextDown(nearest), nearest]

describe("the assumed error", () => {
  it.each(hardest)("of %s is kept at %d, and the bounds hold the exact value", (name, x, nearest, side) => {
    const image = interval[name](point(x))
    const [low, high] = neighbours(nearest, side)
    expect(ulpsApart(number[name](x), nearest)).toBeLessThanOrEqual(assumedUlp[name])
    expect(image.low <= low && high <= image.high).toBe(true)
  })

  it.each(powers)(
    "of pow is kept at %d to the power %d, and the bounds hold the exact value",
    (x, y, nearest, side) => {
      const image = interval.pow(point(x), point(y))
      const [low, high] = neighbours(nearest, side)
      expect(ulpsApart(number.pow(x, y), nearest)).toBeLessThanOrEqual(assumedUlp.pow)
      expect(image.low <= low && high <= image.high).toBe(true)
    }
  )
})
