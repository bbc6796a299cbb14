import { fc, test } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { erf, erfc } from "../../src/scalar/erf.ts"
import { erfcinv, erfinv } from "../../src/scalar/erfinv.ts"
import { nextUp } from "../../src/scalar/nextFloat.ts"
import { ulpsApart } from "./floatBits.ts"

// The float64 nearest to the exact value, from 50-digit arithmetic.
const erfValues: ReadonlyArray<readonly [number, number]> = [
  [1e-300, 1.1283791670955126e-300],
  [1e-10, 1.1283791670955126e-10],
  [0.001, 0.0011283787909692365],
  [0.1, 0.1124629160182849],
  [0.25, 0.27632639016823696],
  [0.5, 0.5204998778130465],
  [0.75, 0.7111556336535151],
  [0.9, 0.7969082124228322],
  [0.999, 0.8422852702064969],
  [1, 0.8427007929497149],
  [1.001, 0.8431154854780762],
  [1.25, 0.9229001282564583],
  [1.5, 0.9661051464753108],
  [2, 0.9953222650189527],
  [2.5, 0.999593047982555],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [5, 0.9999999999984626],
  [5.9, 0.9999999999999999]
]

const erfcValues: ReadonlyArray<readonly [number, number]> = [
  [-3, 1.9999779095030015],
  [-1, 1.8427007929497148],
  [-0.3, 1.3286267594591274],
  [0.1, 0.887537083981715],
  [0.5, 0.4795001221869535],
  [0.6, 0.3961439091520741],
  [1, 0.15729920705028513],
  [1.5, 0.033894853524689274],
  [2, 0.004677734981047266],
  [3, 2.209049699858544e-5],
  [5, 1.537459794428035e-12],
  [10, 2.088487583762545e-45],
  [15, 7.212994172451207e-100],
  [20, 5.395865611607901e-176],
  [25, 8.300172571196523e-274],
  [26, 5.663192408856143e-296]
]

const erfinvValues: ReadonlyArray<readonly [number, number]> = [
  [1e-300, 8.86226925452758e-301],
  [1e-12, 8.86226925452758e-13],
  [1e-6, 8.8622692545299e-7],
  [0.01, 0.008862501280950598],
  [0.1, 0.08885599049425769],
  [0.3, 0.2724627147267543],
  [0.5, 0.4769362762044699],
  [0.7, 0.7328690779592167],
  [0.9, 1.1630871536766743],
  [0.99, 1.8213863677184494],
  [0.9999, 2.75106390571208],
  [0.999999, 3.458910737275499],
  [1 - 2 ** -53, 5.8635847487551676]
]

const erfcinvValues: ReadonlyArray<readonly [number, number]> = [
  [0.3, 0.7328690779592169],
  [0.001, 2.3267537655135246],
  [1e-20, 6.601580622355143],
  [1e-100, 15.065574702592645],
  [1e-300, 26.209469960516124]
]

describe("erf", () => {
  it.each(erfValues)("of %d is within 2 ulp", (x, expected) => {
    expect(ulpsApart(erf(x), expected)).toBeLessThanOrEqual(2)
  })

  it("is exact at zeros, infinities and NaN", () => {
    expect([erf(0), erf(-0), erf(Infinity), erf(-Infinity), erf(NaN)]).toEqual([0, -0, 1, -1, NaN])
  })

  test.prop([fc.double()])("is odd and between -1 and 1", (x) => {
    expect(erf(-x)).toBe(-erf(x))
    if (!Number.isNaN(x)) expect(Math.abs(erf(x))).toBeLessThanOrEqual(1)
  })

  it("joins its two forms at 1 within an ulp or two", () => {
    expect(ulpsApart(erf(nextUp(1)), erf(1))).toBeLessThanOrEqual(2)
  })

  it("keeps to its Maclaurin series' first term near 0", () => {
    expect(ulpsApart(erf(1e-200), (1e-200 * 2) / Math.sqrt(Math.PI))).toBeLessThanOrEqual(2)
  })
})

describe("erfc", () => {
  it.each(erfcValues)("of %d is within 5 ulp", (x, expected) => {
    expect(ulpsApart(erfc(x), expected)).toBeLessThanOrEqual(5)
  })

  it("saturates at infinities", () => {
    expect([erfc(Infinity), erfc(-Infinity), erfc(0), erfc(NaN), erfc(28)]).toEqual([0, 2, 1, NaN, 0])
  })

  test.prop([fc.double({ noNaN: true, min: -6, max: 6 })])("and erf make 1", (x) => {
    expect(Math.abs(erf(x) + erfc(x) - 1)).toBeLessThanOrEqual(2 ** -52)
  })
})

describe("erfinv", () => {
  it.each(erfinvValues)("of %d is within 4 ulp", (p, expected) => {
    expect(ulpsApart(erfinv(p), expected)).toBeLessThanOrEqual(4)
    expect(erfinv(-p)).toBe(-erfinv(p))
  })

  it("is infinite at ±1, NaN beyond, and keeps zeros", () => {
    const at = [1, -1, 1.5, -1.5, NaN, 0, -0]
    expect(at.map(erfinv)).toEqual([Infinity, -Infinity, NaN, NaN, NaN, 0, -0])
  })

  // Where erf is flat its own rounding is magnified by 1/erf′.
  test.prop([fc.double({ noNaN: true, min: -3, max: 3 })])("inverts erf", (x) => {
    const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)
    expect(Math.abs(erfinv(erf(x)) - x)).toBeLessThanOrEqual(4 * 2 ** -52 * (Math.abs(x) + Math.abs(erf(x)) / slope))
  })

  test.prop([fc.double({ noNaN: true, min: 1e-9, max: 2e-9 })])("is continuous where its forms meet", (p) => {
    expect(Math.abs(erfinv(p) / p - Math.sqrt(Math.PI) / 2)).toBeLessThanOrEqual(4 * 2 ** -53)
  })
})

describe("erfcinv", () => {
  it.each(erfcinvValues)("of %d is within 4 ulp", (q, expected) => {
    expect(ulpsApart(erfcinv(q), expected)).toBeLessThanOrEqual(4)
  })

  it("is infinite at 0 and 2 and NaN outside", () => {
    expect([0, 2, 1, -0.1, 2.1, NaN].map(erfcinv)).toEqual([Infinity, -Infinity, 0, NaN, NaN, NaN])
  })

  test.prop([fc.double({ noNaN: true, min: 0.01, max: 26 })])("inverts erfc in the tail", (x) => {
    expect(Math.abs(erfcinv(erfc(x)) - x)).toBeLessThanOrEqual(1e-14 * Math.max(1, 1 / x))
  })
})
