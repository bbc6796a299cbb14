import { op } from "@residual/core"
import { integers } from "../arbitrary/domain.ts"
import { binaryLaw, type Law } from "./law.ts"

const comparisons = {
  less: op.less,
  lessEqual: op.lessEqual,
  greater: op.greater,
  greaterEqual: op.greaterEqual,
  equal: op.equal,
  notEqual: op.notEqual
} as const

/** Rows of the comparisons, on whole numbers so that some are equal. */
export const comparisonLaws: ReadonlyArray<Law> = Object.entries(comparisons).map(([name, f]) =>
  binaryLaw(name, f, { domains: [integers(-2, 2), integers(-2, 2)], noResidual: "it is true or false" })
)
