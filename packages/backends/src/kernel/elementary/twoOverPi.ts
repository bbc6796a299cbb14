/** The first 248 bits of 2/π after eight zeros. */
export const twoOverPi = [0x00a2f9836e4e4415n, 0x29fc2757d1f534ddn, 0xc0db6295993c4390n, 0x41fe5163abdebbc5n] as const
