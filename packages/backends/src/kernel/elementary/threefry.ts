/** The word of Threefry's key schedule that no key determines. */
export const threefryParity = 0x1bd11bda

/** The rotations of Threefry-2x32's rounds, four for groups of even number and four for odd ones. */
export const threefryRotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24]
] as const
