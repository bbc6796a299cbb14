import { power } from "@residual/core"
import { assert, describe, it } from "vitest"
import { type ElementaryName, elementaryFunctions, measuredErrors } from "../../src/cpu/elementary/index.ts"
import { type Compiled, compile } from "./elementary/compiled.ts"
import { operands, pairs } from "./elementary/operands.ts"
import { errorOf, references } from "./elementary/references.ts"

const variants: ReadonlyArray<readonly ["ulp" | "ulpWithout", Compiled]> = [
  ["ulp", compile("fused")],
  ["ulpWithout", compile("separate")]
]

describe("elementary functions in vector code", () => {
  for (const name of Object.keys(elementaryFunctions) as ReadonlyArray<ElementaryName>) {
    it(`${name} is as accurate as measured, with fused multiply-add and without`, () => {
      const exact = operands.map((x) => references[name](Math.fround(x)))
      for (const [bound, { x, results, run }] of variants) {
        x.set(operands)
        run(name, operands.length)
        exact.forEach((value, at) => {
          const error = errorOf(results[at] as number, value)
          if (!(error <= measuredErrors[name][bound])) {
            assert.fail(`${name}(${x[at]}) = ${results[at]} instead of ${value}: ${error} ulp (${bound})`)
          }
        })
      }
    })
  }

  it("pow is IEEE 754's, and as accurate as measured", () => {
    const count = 4 * Math.floor(pairs.length / 4)
    for (const [bound, { x, y, results, run }] of variants) {
      for (let at = 0; at < count; at++) {
        x[at] = pairs[at]?.[0] ?? 0
        y[at] = pairs[at]?.[1] ?? 0
      }
      run("pow", count)
      for (let at = 0; at < count; at++) {
        const exact = power(x[at] as number, y[at] as number)
        const error = errorOf(results[at] as number, exact)
        if (!(error <= measuredErrors.pow[bound])) {
          assert.fail(`pow(${x[at]}, ${y[at]}) = ${results[at]} instead of ${exact}: ${error} ulp (${bound})`)
        }
      }
    }
  })

  it("the functions are odd where they should be, to the bit", () => {
    const [, { x, results, run }] = variants[0]!
    for (const name of ["sin", "atan", "tanh", "erf"] as const) {
      x.set(operands)
      run(name, operands.length)
      const ofPositive = results.slice(0, operands.length)
      x.set(operands.map((value) => -value))
      run(name, operands.length)
      ofPositive.forEach((value, at) => {
        if (!Object.is(-value, results[at])) assert.fail(`${name}(${x[at]}) = ${results[at]}, of its negative ${value}`)
      })
    }
  })
})
