import type { BackendName } from "../../protocol/names.ts"
import type { Curve } from "../curve.ts"
import { element, svgElement } from "../element.ts"
import { backendTitles } from "../names.ts"
import { count, loss, measure } from "../numbers.ts"
import { type Axis, type Frame, frameOf, frameTowards, isSameFrame, tickCount } from "./frame.ts"
import { labelPlaces } from "./labelPlaces.ts"
import { linePath, type Point } from "./linePath.ts"
import { labelledTicks, placeOn } from "./scale.ts"

/** A curve, and the backend that it is of. */
export interface BackendCurve {
  readonly backend: BackendName
  readonly curve: Curve
}

/** Curves of one model over one axis. */
export interface Drawing {
  readonly curves: ReadonlyArray<BackendCurve>
  readonly axis: Axis
}

/** A chart of losses in the page. */
export interface Chart {
  readonly draw: (drawing: Drawing) => void
}

const height = 320
const margin = { top: 14, right: 84, bottom: 46, left: 52 }

const axisTitles: Readonly<Record<Axis, string>> = {
  step: "step (logarithmic)",
  time: "seconds of training"
}

/** What a chart says to those who do not see it. */
const description = ({ curves, axis }: Drawing): string => {
  const ends = curves
    .filter(({ curve }) => curve.losses.length > 0)
    .map(({ backend, curve: { smoothed, seconds } }) => {
      const along = axis === "step" ? `${count(smoothed.length)} steps` : `${measure(seconds.at(-1) ?? 0)} seconds`
      return `${backendTitles[backend]} ${loss(smoothed.at(-1) ?? 0)} after ${along}`
    })
  return ends.length === 0 ? "No losses yet." : `Loss: ${ends.join("; ")}.`
}

/** A chart within a part of the page, as wide as that is. It moves to a new frame in a few strides. */
export const makeChart = (within: HTMLElement): Chart => {
  const grid = svgElement("g", { class: "grid" })
  const lines = svgElement("g", { "clip-path": "url(#chart-clip)" })
  const labels = svgElement("g", { class: "labels" })
  const clip = svgElement("rect", { x: margin.left, y: 0, height })
  const across = svgElement("text", { class: "axis-title", "text-anchor": "middle", y: height - 6 })
  const up = svgElement("text", {
    class: "axis-title",
    "text-anchor": "middle",
    transform: `translate(13 ${(margin.top + height - margin.bottom) / 2}) rotate(-90)`
  })
  up.textContent = "loss"
  const drawn = svgElement(
    "svg",
    { role: "img", height, "aria-label": "No losses yet." },
    svgElement("defs", {}, svgElement("clipPath", { id: "chart-clip" }, clip)),
    grid,
    lines,
    labels,
    across,
    up
  )
  const empty = element("p", { class: "empty chart-empty" }, "The loss curve is drawn here while a model trains.")
  within.append(drawn, empty)

  const still = matchMedia("(prefers-reduced-motion: reduce)")
  let drawing: Drawing = { curves: [], axis: "step" }
  let shown: Frame | undefined
  let isRequested = false

  const render = (): void => {
    isRequested = false
    const width = Math.max(260, within.clientWidth)
    const aim = frameOf(
      drawing.curves.map(({ curve }) => curve),
      drawing.axis
    )
    shown = shown === undefined || still.matches ? aim : frameTowards(shown, aim)
    drawn.setAttribute("width", String(width))
    clip.setAttribute("width", String(width - margin.left - margin.right + 2))
    across.setAttribute("x", String((margin.left + width - margin.right) / 2))
    across.textContent = axisTitles[drawing.axis]
    paint(shown, width)
    if (!isSameFrame(shown, aim)) request()
  }
  const request = (): void => {
    if (isRequested) return
    isRequested = true
    requestAnimationFrame(render)
  }

  const paint = (frame: Frame, width: number): void => {
    const horizontal = (value: number): number =>
      margin.left + placeOn(frame.across, value) * (width - margin.left - margin.right)
    const vertical = (value: number): number =>
      height - margin.bottom - placeOn(frame.up, value) * (height - margin.top - margin.bottom)
    grid.replaceChildren(...gridOf(frame, horizontal, vertical, width))
    const curves = drawing.curves.filter(({ curve }) => curve.losses.length > 0)
    empty.hidden = curves.length > 0
    lines.replaceChildren(
      ...curves.flatMap(({ backend, curve }) => {
        const along = (at: number): number => (drawing.axis === "step" ? at + 1 : (curve.seconds[at] as number))
        const path = (values: ReadonlyArray<number>): string =>
          linePath(values.length, (at): Point => ({ x: horizontal(along(at)), y: vertical(values[at] as number) }))
        return [
          svgElement("path", { class: "raw", "data-backend": backend, d: path(curve.losses) }),
          svgElement("path", { class: "curve", "data-backend": backend, d: path(curve.smoothed) })
        ]
      })
    )
    const ends = curves.map(({ curve }) => ({
      x: horizontal(drawing.axis === "step" ? curve.losses.length : (curve.seconds.at(-1) as number)),
      y: vertical(curve.smoothed.at(-1) as number)
    }))
    const places = labelPlaces(
      ends.map(({ y }) => y),
      16,
      [margin.top + 4, height - margin.bottom - 4]
    )
    labels.replaceChildren(
      ...curves.flatMap(({ backend }, at) => {
        const { x, y } = ends[at] as Point
        return [
          svgElement("circle", { class: "end", "data-backend": backend, cx: x, cy: y, r: 3.5 }),
          svgElement(
            "text",
            { class: "end-label", "data-backend": backend, x: x + 9, y: (places[at] as number) + 4 },
            backendTitles[backend]
          )
        ]
      })
    )
  }

  new ResizeObserver(request).observe(within)
  return {
    draw: (next) => {
      if (next.axis !== drawing.axis) shown = undefined
      drawing = next
      drawn.setAttribute("aria-label", description(next))
      request()
    }
  }
}

/** The lines across a drawing, and the numbers along both axes. */
const gridOf = (
  frame: Frame,
  horizontal: (value: number) => number,
  vertical: (value: number) => number,
  width: number
): ReadonlyArray<SVGElement> => {
  const [right, bottom] = [width - margin.right, height - margin.bottom]
  return [
    ...labelledTicks(frame.up, tickCount).flatMap(({ value, label }) => {
      const y = vertical(value)
      return [
        svgElement("line", { x1: margin.left, x2: right, y1: y, y2: y }),
        svgElement("text", { x: margin.left - 8, y: y + 4, "text-anchor": "end" }, label)
      ]
    }),
    ...labelledTicks(frame.across, Math.max(3, Math.floor(width / 75))).flatMap(({ value, label }) => {
      const x = horizontal(value)
      return [
        svgElement("line", { class: "tick", x1: x, x2: x, y1: bottom, y2: bottom + 5 }),
        svgElement("text", { x, y: bottom + 19, "text-anchor": "middle" }, label)
      ]
    }),
    svgElement("line", { class: "base", x1: margin.left, x2: right, y1: bottom, y2: bottom })
  ]
}
