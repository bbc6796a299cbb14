import { Shape } from "@residual/core"
import fc from "fast-check"

/**
 * Bounds of generated shapes.
 *
 * ```ts
 * import type { ShapeOptions } from "@residual/testing"
 * const matrices: ShapeOptions = { minRank: 2, maxRank: 2 }
 * matrices.minRank // => 2
 * ```
 */
export interface ShapeOptions {
  readonly minRank?: number
  readonly maxRank?: number
  readonly minSize?: number
  readonly maxSize?: number
  /** The most elements that a shape may have: 24 by default. */
  readonly maxElements?: number
}

/**
 * Shapes of rank 0 to 3 and sizes from 1 to 4; `minSize: 0` makes empty ones too. They shrink to fewer and shorter axes.
 *
 * ```ts
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.shape({ minRank: 2, maxRank: 2 }), 5).every((shape) => shape.length === 2) // => true
 * ```
 */
export const shape = (options: ShapeOptions = {}): fc.Arbitrary<Shape.Shape> => {
  const { minRank = 0, maxRank = 3, minSize = 1, maxSize = 4, maxElements = 24 } = options
  return fc
    .array(fc.integer({ min: minSize, max: maxSize }), { minLength: minRank, maxLength: maxRank })
    .filter((sizes) => Shape.size(sizes) <= maxElements)
}

/**
 * Two shapes that broadcast to one, and that one: axes of either may be 1 or missing at the front.
 *
 * ```ts
 * import { Shape } from "@residual/core"
 * import { Arbitrary } from "@residual/testing"
 * import fc from "fast-check"
 * fc.sample(Arbitrary.broadcastShapes(), 5).every(({ a, b, result }) => Shape.equals(Shape.broadcast(a, b) ?? [], result)) // => true
 * ```
 */
export const broadcastShapes = (
  options: ShapeOptions = {}
): fc.Arbitrary<{ readonly a: Shape.Shape; readonly b: Shape.Shape; readonly result: Shape.Shape }> =>
  shape(options).chain((full) =>
    fc
      .record({
        missingA: fc.integer({ min: 0, max: full.length }),
        missingB: fc.integer({ min: 0, max: full.length }),
        stretched: fc.array(fc.constantFrom("a", "b", "neither"), { minLength: full.length, maxLength: full.length })
      })
      .map(({ missingA, missingB, stretched }) => {
        const part = (missing: number, name: string): Shape.Shape =>
          full.map((size, axis) => (stretched[axis] === name ? 1 : size)).slice(missing)
        const a = part(missingA, "a")
        const b = part(Math.min(missingB, missingA > 0 ? 0 : full.length), "b")
        return { a, b, result: Shape.broadcast(a, b) ?? full }
      })
  )
