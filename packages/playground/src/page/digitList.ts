import type { DigitImage, Guess } from "../protocol/report.ts"
import { element } from "./element.ts"
import { percent } from "./numbers.ts"

/** Digits, and what the classifier takes them for. */
export interface DigitList {
  readonly show: (images: ReadonlyArray<DigitImage>) => void
  readonly guess: (guesses: ReadonlyArray<Guess>) => void
}

const side = 28

/** Draws an image in the colour of the text around it. */
const draw = (canvas: HTMLCanvasElement, pixels: Uint8Array): void => {
  const context = canvas.getContext("2d")
  if (context === null) return
  const data = context.createImageData(side, side)
  const [red = 0, green = 0, blue = 0] = getComputedStyle(canvas).color.match(/\d+/g)?.map(Number) ?? []
  for (const [at, grey] of pixels.entries()) data.data.set([red, green, blue, grey], at * 4)
  context.putImageData(data, 0, 0)
}

/** A list of digits in a part of the page, in place of a line that says that there are none. */
export const makeDigitList = (list: HTMLElement, empty: HTMLElement): DigitList => {
  let images: ReadonlyArray<DigitImage> = []
  let items: ReadonlyArray<{
    readonly canvas: HTMLCanvasElement
    readonly item: HTMLElement
    readonly said: HTMLElement
  }> = []
  const drawAll = (): void => {
    for (const [at, { canvas }] of items.entries()) draw(canvas, (images[at] as DigitImage).pixels)
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll)
  return {
    show: (next) => {
      images = next
      items = next.map(({ digit }) => {
        const canvas = element("canvas", {
          width: side,
          height: side,
          role: "img",
          "aria-label": `a handwritten ${digit}`
        })
        const said = element("p", { class: "guess" })
        return { canvas, said, item: element("li", {}, canvas, said) }
      })
      list.replaceChildren(...items.map(({ item }) => item))
      empty.hidden = next.length > 0
      drawAll()
    },
    guess: (guesses) => {
      for (const [at, { digit, probability }] of guesses.entries()) {
        const { item, said } = items[at] ?? {}
        const isRight = digit === images[at]?.digit
        item?.setAttribute("data-right", String(isRight))
        said?.replaceChildren(
          element("strong", {}, String(digit)),
          element(
            "span",
            { class: "mark", role: "img", "aria-label": isRight ? "right" : "wrong" },
            isRight ? "✓" : "✗"
          ),
          element("span", { class: "probability" }, percent(probability))
        )
      }
    }
  }
}
