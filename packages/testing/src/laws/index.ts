import { activationLaws } from "./activation.ts"
import { arithmeticLaws } from "./arithmetic.ts"
import { attentionLaws } from "./attention.ts"
import { comparisonLaws } from "./comparison.ts"
import { convolutionLaws } from "./convolution.ts"
import { elementaryLaws } from "./elementary.ts"
import { indexingLaws } from "./indexing.ts"
import { integerLaws } from "./integer.ts"
import type { Law } from "./law.ts"
import { leafLaws } from "./leaf.ts"
import { lossLaws } from "./loss.ts"
import { movementLaws } from "./movement.ts"
import { normalisationLaws } from "./normalisation.ts"
import { orderLaws } from "./order.ts"
import { poolLaws } from "./pool.ts"
import { productLaws } from "./product.ts"
import { randomLaws } from "./random.ts"
import { recomputationLaws } from "./recomputation.ts"
import { recurrentLaws } from "./recurrent.ts"
import { reductionLaws } from "./reduction.ts"
import { windowLaws } from "./window.ts"

/**
 * The law table: every op of the library, with the shapes, attributes and values on which its laws are tried.
 *
 * ```ts
 * import { op } from "@residual/core"
 * import { laws } from "@residual/testing"
 * Object.keys(op).filter((name) => !laws.some((law) => law.op === name)) // => []
 * ```
 */
export const laws: ReadonlyArray<Law> = [
  ...leafLaws,
  ...arithmeticLaws,
  ...elementaryLaws,
  ...comparisonLaws,
  ...integerLaws,
  ...reductionLaws,
  ...orderLaws,
  ...movementLaws,
  ...indexingLaws,
  ...windowLaws,
  ...productLaws,
  ...convolutionLaws,
  ...poolLaws,
  ...activationLaws,
  ...normalisationLaws,
  ...attentionLaws,
  ...lossLaws,
  ...recurrentLaws,
  ...recomputationLaws,
  ...randomLaws
]
