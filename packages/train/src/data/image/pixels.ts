/** What a file's pixels are: levels of grey, or of red, green and blue, with what else stands beside them. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** How many values each pixel has: 1 or 2 for grey (with transparency), 3 or 4 for colour. */
  readonly channels: number
  /** The values from 0 to 255, pixel by pixel and row by row. */
  readonly values: Uint8Array
}

/** Brightness by ITU-R BT.601, in 65536ths. */
const [red, green, blue] = [19595, 38470, 7471]

/** One level of grey, or three of colour, for each pixel: channel by channel, as convolutions read them. */
export const planes = ({ width, height, channels, values }: Pixels, wanted: 1 | 3): Uint8Array => {
  const size = width * height
  const made = new Uint8Array(size * wanted)
  const isColour = channels >= 3
  for (let at = 0; at < size; at++) {
    const first = values[at * channels] as number
    const [second, third] = isColour
      ? [values[at * channels + 1] as number, values[at * channels + 2] as number]
      : [first, first]
    if (wanted === 3) {
      made[at] = first
      made[at + size] = second
      made[at + 2 * size] = third
    } else made[at] = isColour ? (first * red + second * green + third * blue + 2 ** 15) >> 16 : first
  }
  return made
}
