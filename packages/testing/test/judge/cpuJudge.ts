import { measuredErrors } from "@residual/backends/cpu"
import { judgeBy } from "./judge.ts"
import type { InexactFunction } from "./permittedArithmetic.ts"

const names = Object.keys(measuredErrors) as ReadonlyArray<keyof typeof measuredErrors>

const elementary = Object.fromEntries(names.map((name) => [name, measuredErrors[name].ulpWithout])) as Readonly<
  Record<Exclude<InexactFunction, "div" | "sqrt">, number>
>

/** Judges the CPU backend, which divides and takes roots as IEEE 754 says, and has subnormal floats and two zeros. */
export const cpuJudge = judgeBy({
  errors: { ...elementary, div: 0, sqrt: 0 },
  flushesSubnormals: false,
  signsZeros: true,
  rewrites: false
})
