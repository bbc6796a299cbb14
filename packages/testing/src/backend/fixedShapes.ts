import { Shape } from "@residual/core"
import fc from "fast-check"
import { type LawCase, sameOnOthers } from "../laws/law.ts"

/** Of so many cases some are taken, whose sizes are far apart. */
const sampled = 12

const seed = 1

const sizeOf = ({ inputs }: LawCase): number =>
  Object.values(inputs).reduce((size, { type }) => size + Shape.size(type.shape), 0)

/**
 * The cases of a row as so many generators, each of which always gives the same shapes and attributes, from the smallest
 * to the largest: values alone are drawn.
 */
export const fixedShapes = (cases: fc.Arbitrary<LawCase>, count: number): ReadonlyArray<fc.Arbitrary<LawCase>> => {
  const bySize = fc.sample(cases, { seed, numRuns: sampled }).toSorted((a, b) => sizeOf(a) - sizeOf(b))
  return Array.from({ length: count }, (_, at) => {
    const place = Math.round(((sampled - 1) * at) / Math.max(1, count - 1))
    return sameOnOthers(bySize[count === 1 ? sampled - 1 : place] as LawCase)
  })
}
