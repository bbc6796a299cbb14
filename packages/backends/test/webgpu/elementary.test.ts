import { HostRandom } from "@residual/core"
import { afterAll, assert, describe, it } from "vitest"
import { quotient, remainder } from "../../src/reference/kernels/integral.ts"
import { elementaryFunctions } from "../../src/webgpu/elementary/index.ts"
import { type MeasuredError, type MeasuredName, measuredErrors } from "../../src/webgpu/elementary/measuredErrors.ts"
import type { GpuAdapter } from "../../src/webgpu/gpu/api.ts"
import { libraryText } from "../../src/webgpu/wgsl/library.ts"
import { operands, pairs, specials } from "../cpu/elementary/operands.ts"
import { emulated } from "./elementary/emulated.ts"
import { deviceError, type Exact, isSubnormal, ofOne, ofTwo } from "./elementary/exact.ts"
import { type Called, type OnDevice, onDevice } from "./elementary/onDevice.ts"
import { dividends, integerPairs } from "./elementary/operandPairs.ts"
import { hasAdapter, nullDevice, testAdapter, testDevice } from "./testDevice.ts"

type Given = ReadonlyArray<ReadonlyArray<number>>

const asFloats = (given: Given): Given => given.map((each) => each.map(Math.fround))

const cases: Readonly<Record<MeasuredName, Given>> = {
  ...(Object.fromEntries(Object.keys(ofOne).map((name) => [name, asFloats(operands.map((x) => [x]))])) as Record<
    Exclude<MeasuredName, "pow" | "mod" | "maximum">,
    Given
  >),
  pow: asFloats(pairs),
  mod: asFloats(dividends),
  maximum: asFloats(dividends)
}

const exactOf = (name: MeasuredName): Exact => ({ ...ofOne, ...ofTwo })[name] as Exact

const names = Object.keys(measuredErrors) as ReadonlyArray<MeasuredName>

// What was measured was not measured over all floats.
const between = 0.05

const checkErrors = (
  name: MeasuredName,
  bound: number,
  computed: (given: ReadonlyArray<number>, at: number) => number
) => {
  cases[name].forEach((given, at) => {
    const result = computed(given, at)
    const error = deviceError(result, exactOf(name), given)
    if (!(error <= bound + between)) {
      assert.fail(`${name}(${given.join(", ")}) = ${result} instead of ${exactOf(name)(...given)}: ${error} ulp`)
    }
  })
}

describe("elementary functions in WGSL", () => {
  it("are valid, each with what it calls and nothing else", async () => {
    const { errors } = await nullDevice()
    for (const { name, uses, source } of Object.values(elementaryFunctions)) {
      const code = `${libraryText(new Set([name]))}\n@compute @workgroup_size(1) fn main() {}`
      assert.deepStrictEqual(await errors(code), [], name)
      assert.match(source, new RegExp(`^fn ${name}\\(`))
      for (const used of uses) assert.include(source, `${used}(`, name)
    }
  })

  for (const order of ["fused", "backwards"] as const) {
    for (const name of names) {
      it(`${name} is as accurate as measured, emulated with fused products and sums (${order})`, () => {
        const compute = emulated(`${name}_f32`, order)
        checkErrors(name, measuredErrors[name][order], (given) => compute(...given))
      })
    }
  }
})

const compiled = new Map<string, Promise<OnDevice>>()

const resultsOf = async (called: Called, given: Given): Promise<ReadonlyArray<number>> => {
  const found = compiled.get(called.name) ?? onDevice(await testDevice(), called)
  compiled.set(called.name, found)
  return (await found).resultsOf(given)
}

const onFloats = (name: MeasuredName): Called => ({
  name: `${name}_f32`,
  takes: name in ofTwo ? ["f32", "f32"] : ["f32"],
  gives: "f32"
})

/** Checks that results are exactly what they should be. */
const checkResults = async (called: Called, given: Given, exact: Exact): Promise<void> => {
  const results = await resultsOf(called, given)
  given.forEach((each, at) => {
    const expected = exact(...each)
    if (results[at] !== expected) {
      assert.fail(`${called.name}(${each.join(", ")}) = ${results[at]} instead of ${expected}`)
    }
  })
}

/** What was measured on this adapter; another one may divide, and take roots, within 2.5 ulp. */
const boundHere = (errors: MeasuredError): number => {
  const { vendor, architecture } = (testAdapter as GpuAdapter).info
  if (architecture === "swiftshader") return errors.swiftshader
  return vendor === "mesa" ? errors.lavapipe : errors.backwards + 2.5
}

describe.runIf(hasAdapter)("elementary functions in WGSL, on this machine's adapter", () => {
  afterAll(async () => {
    for (const each of compiled.values()) (await each).destroy()
  })

  for (const name of names) {
    it(`${name} is as accurate as measured`, async () => {
      const results = await resultsOf(onFloats(name), cases[name])
      checkErrors(name, boundHere(measuredErrors[name]), (_, at) => results[at] as number)
    })
  }

  it("the functions are odd where they should be, to the bit", async () => {
    for (const name of ["sin", "atan", "tanh", "erf", "expm1", "log1p"] as const) {
      const odd = name === "expm1" || name === "log1p" ? specials.filter((x) => Math.abs(x) < 2 ** -126) : operands
      const ofPositive = await resultsOf(
        onFloats(name),
        odd.map((x) => [x])
      )
      const ofNegative = await resultsOf(
        onFloats(name),
        odd.map((x) => [-x])
      )
      ofPositive.forEach((value, at) => {
        if (!Object.is(-value, ofNegative[at])) assert.fail(`${name}(${-(odd[at] as number)}) = ${ofNegative[at]}`)
      })
    }
  })

  it("NaN, ∞ and their tests are what they are called", async () => {
    await checkResults(
      { name: "is_nan", takes: ["f32"], gives: "bool" },
      specials.map((x) => [x]),
      (x) => Number(Number.isNaN(x))
    )
    assert.deepStrictEqual(await resultsOf({ name: "nan_f32", takes: [], gives: "f32" }, [[]]), [Number.NaN])
    assert.deepStrictEqual(await resultsOf({ name: "infinity_f32", takes: [], gives: "f32" }, [[]]), [Infinity])
  })

  it("comparisons know NaN", async () => {
    const given = asFloats(dividends).filter((each) => !each.some(isSubnormal))
    const comparison = (name: string): Called => ({ name, takes: ["f32", "f32"], gives: "bool" })
    await checkResults(comparison("less_f32"), given, (a, b) => Number((a as number) < (b as number)))
    await checkResults(comparison("equal_f32"), given, (a, b) => Number(a === b))
  })

  it("casts of floats saturate, and take NaN for 0 or true", async () => {
    const given = asFloats([...operands, 2 ** 31, 2 ** 32, 2 ** 31 - 128, 2 ** 32 - 256, -0.99, 0.99].map((x) => [x]))
    const within =
      (low: number, high: number): Exact =>
      (x) =>
        Number.isNaN(x) ? 0 : Math.min(high, Math.max(low, Math.trunc(x as number))) + 0
    await checkResults({ name: "cast_f32_i32", takes: ["f32"], gives: "i32" }, given, within(-(2 ** 31), 2 ** 31 - 1))
    await checkResults({ name: "cast_f32_u32", takes: ["f32"], gives: "u32" }, given, within(0, 2 ** 32 - 1))
    await checkResults({ name: "cast_f32_bool", takes: ["f32"], gives: "bool" }, given, (x) => Number(x !== 0))
  })

  it("quotients and remainders of integers are the reference's", async () => {
    const types = [
      ["i32", (x: number) => x | 0],
      ["u32", (x: number) => x >>> 0]
    ] as const
    for (const [type, seen] of types) {
      const given = integerPairs.map((each) => each.map(seen))
      const called = (name: string): Called => ({ name: `${name}_${type}`, takes: [type, type], gives: type })
      await checkResults(called("div"), given, (a, b) => seen(quotient(a as number, b as number)))
      await checkResults(called("mod"), given, (a, b) => seen(remainder(a as number, b as number)))
    }
  })

  it("products of integers have the upper words that they should have", async () => {
    const called: Called = { name: "multiply_high", takes: ["u32", "u32"], gives: "u32" }
    await checkResults(called, integerPairs, (a, b) => Number((BigInt(a as number) * BigInt(b as number)) >> 32n))
  })

  it("random words are the host's", async () => {
    const given = integerPairs.map(([a, b]) => [a, b, (a * 7 + b) >>> 0])
    const called: Called = { name: "random_word", takes: ["u32", "u32", "u32"], gives: "u32" }
    await checkResults(called, given, (key0, key1, position) => {
      const [first, second] = HostRandom.threefry2x32(key0 as number, key1 as number, 0, position as number)
      return (first ^ second) >>> 0
    })
  })
})
