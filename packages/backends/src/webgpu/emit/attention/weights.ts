/** A vector with a component for each of four rows. */
export const ofFour = (text: (at: number) => string, type = "vec4f"): string =>
  `${type}(${[0, 1, 2, 3].map(text).join(", ")})`

/** The exponentials of a vector's components, given the text of one. */
export const exponentials = (text: (component: string) => string): string =>
  ofFour((at) => `exp_f32(${text("xyzw"[at] as string)})`)

/** A vector where a condition holds, if there is one, and another vector elsewhere. */
export const where = (condition: string | undefined, vector: string, otherwise = "vec4f()"): string =>
  condition === undefined ? vector : `select(${otherwise}, ${vector}, ${condition})`
