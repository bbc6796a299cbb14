// The numbers that every system starts from, rounded to float32.
import { uniform } from "../src/data/uniform.ts"

export { gptSizes } from "../src/data/gptSizes.ts"
export { integers } from "../src/data/uniform.ts"

/** How many elements a shape has. */
export const size = (shape) => shape.reduce((product, length) => product * length, 1)

/** Numbers uniform in [-scale, scale). */
export const floats = (count, seed, scale = 1) => Float32Array.from(uniform(count, seed, scale))

/** The scale of a weight that maps from so many features. */
export const scaleByFan = (fan) => Math.sqrt(1 / fan) * 1.7

/** The scale of the GPT's weights: of GPT-2's deviation. */
export const gptScale = 0.02 * 1.73
