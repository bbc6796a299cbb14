/** (ln(1 + f) - f) / f² for 1 + f from √½ to √2: ln(1 + f) is within 2^-27.3, relative. */
export const logarithmSeries = [
  -0.5, 0.3333333134651184, -0.250008225440979, 0.20001260936260223, -0.1662333458662033, 0.14200948178768158,
  -0.131595179438591, 0.12766991555690765, -0.07643149048089981
] as const

/** The bits of √½, from which on significands go to √2. */
export const rootHalfBits = 0x3f35_04f3
